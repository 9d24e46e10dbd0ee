/// A signal cut into overlapping frames whose centres lie a hop apart, the first on sample 0.
///
/// Beyond both ends the signal is continued by reflection (sample −1 is sample 1), so the frames at the borders are
/// full. The signal may be longer than its samples: the rest is zero and costs no memory.
struct FramedSignal {
    let samples: UnsafeBufferPointer<Float>
    /// The length with the zeros.
    let length: Int
    let frameSize: Int
    let hop: Int

    private func start(of frame: Int) -> Int { frame * hop - frameSize / 2 }

    /// Whether frame `index` touches none of the samples, only zeros.
    func isSilent(_ index: Int) -> Bool {
        let start = start(of: index)
        let firstReflected = 2 * (length - 1) - (start + frameSize - 1)
        return max(0, min(start, firstReflected)) >= samples.count
    }

    /// Writes frame `index`, weighted by `window`, to `destination`.
    func copy(frame index: Int, window: UnsafeBufferPointer<Float>, to destination: UnsafeMutablePointer<Float>) {
        let start = start(of: index)
        if start >= 0 && start + frameSize <= samples.count {
            for offset in 0..<frameSize { destination[offset] = samples[start + offset] * window[offset] }
            return
        }
        for offset in 0..<frameSize {
            let position = reflected(start + offset)
            destination[offset] = position < samples.count ? samples[position] * window[offset] : 0
        }
    }

    private func reflected(_ position: Int) -> Int {
        if position < 0 { return -position }
        return position < length ? position : 2 * (length - 1) - position
    }
}
