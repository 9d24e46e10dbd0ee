import Synchronization

/// Sound from a file or a pipe as one channel at a chosen sample rate, read piece by piece.
///
/// Memory does not grow with the length of the recording. Channels are averaged; samples at the wanted rate pass
/// unchanged, others are resampled. Reading from several threads is safe, though rarely of use.
public final class AudioStream: Sendable {
    public let source: AudioSource
    /// Hertz, of the samples that ``read(count:)`` returns.
    public let sampleRate: Int
    /// What was found in the file.
    public let sourceFormat: AudioFormat
    /// Seconds, by the file's header; nil where that does not tell, as in most pipes.
    public let durationHint: Double?

    private struct State {
        /// Nil for samples in memory.
        let file: SoundFile?
        let resampler: Resampler?
        /// Samples read, but not yet asked for.
        var pending: [Float] = []
        var hasEnded = false
    }

    private let state: Mutex<State>

    /// Opens `source` and reads its header.
    ///
    /// A pipe in a format that has to be read back and forth is first copied to a temporary file, of at most
    /// `spoolLimit` bytes.
    public init(
        opening source: AudioSource, sampleRate: Int, spoolLimit: Int = AudioLimits.spool
    ) throws(AudioError) {
        precondition(AudioLimits.sampleRates.contains(sampleRate), "a sample rate of \(sampleRate) Hz")
        let file = try Self.open(source, spoolLimit: spoolLimit)
        let rate = file.format.sampleRate
        let resampler =
            rate == sampleRate ? nil : try Resampler(from: rate, to: sampleRate, source: source.description)
        self.source = source
        self.sampleRate = sampleRate
        sourceFormat = file.format
        durationHint = file.duration
        state = Mutex(State(file: file, resampler: resampler))
    }

    /// Samples in memory, in ±1, as they are.
    ///
    /// - Parameter source: what errors call them.
    public init(samples: [Float], sampleRate: Int, source: AudioSource) {
        precondition(AudioLimits.sampleRates.contains(sampleRate), "a sample rate of \(sampleRate) Hz")
        (self.source, self.sampleRate) = (source, sampleRate)
        sourceFormat = AudioFormat(encoding: "samples in memory", sampleRate: sampleRate, channelCount: 1)
        durationHint = Double(samples.count) / Double(sampleRate)
        state = Mutex(State(file: nil, resampler: nil, pending: samples))
    }

    private static func open(_ source: AudioSource, spoolLimit: Int) throws(AudioError) -> SoundFile {
        let descriptor = try FileDescriptor.open(source)
        let (kind, byteCount) = try descriptor.status()
        switch kind {
        case .regularFile:
            if SoundChunks.extent(in: descriptor, byteCount: byteCount) == .blank {
                // libsndfile would find no samples.
                let header = try WaveHeader(reading: descriptor)
                if let layout = header.layout {
                    return try SoundFile(continuing: descriptor, after: header, layout: layout, isPipe: false)
                }
                try descriptor.rewind()
            }
            return try SoundFile(regularFile: descriptor, byteCount: byteCount)
        case .terminal:
            throw .isTerminal(source: descriptor.source)
        case .pipe, .other:
            let header = try WaveHeader(reading: descriptor)
            // libsndfile takes a device for a file that can be measured.
            if let layout = header.layout, kind == .pipe {
                return try SoundFile(continuing: descriptor, after: header, layout: layout, isPipe: true)
            }
            let spooled = try Spool.file(prefix: header.consumed, rest: descriptor, limit: spoolLimit)
            return try SoundFile(regularFile: spooled, byteCount: try spooled.status().byteCount)
        }
    }

    /// The next `count` samples; fewer only at the end, none after it.
    public func read(count: Int) throws(AudioError) -> [Float] {
        precondition(count > 0, "reading \(count) samples")
        return try state.withLock { state throws(AudioError) in
            var samples = state.pending
            state.pending = []
            while samples.count < count && !state.hasEnded {
                state.hasEnded = true  // stays so after an error, too
                let block = try state.file?.readBlock() ?? []
                state.hasEnded = block.isEmpty
                guard let resampler = state.resampler else {
                    samples += block
                    continue
                }
                try resampler.process(block, appendingTo: &samples)
                if state.hasEnded { try resampler.finish(appendingTo: &samples) }
            }
            if samples.count > count {
                state.pending = Array(samples[count...])
                samples.removeSubrange(count...)
            }
            return samples
        }
    }

    /// What was wrong with the sound read so far, although it could be read; complete once the end is reached.
    public var warnings: [AudioWarning] { state.withLock { $0.file?.warnings ?? [] } }
}
