import CSoundFile

/// A sound file or pipe open for reading through libsndfile, mixed down to one channel.
final class SoundFile {
    /// What is known of a file's end before it is reached.
    enum Completeness {
        case whole
        /// The header promises this many times the sound that is there.
        case cut(promisedShare: Double)
        /// The mark of an end is missing.
        case endless
    }

    let format: AudioFormat
    /// Seconds of sound that are there by the header; nil where it does not tell.
    let duration: Double?
    private(set) var warnings: [AudioWarning] = []

    private let source: String
    private let handle: OpaquePointer
    private let descriptor: FileDescriptor  // libsndfile may read through it as long as the handle lives
    private let completeness: Completeness
    /// Samples per channel that may still be read.
    private var remaining: Int
    private var interleaved: [Float]
    private let blockFrameCount: Int
    private var frameCount = 0

    /// Takes over `opened`, closing it on failure.
    init(
        _ opened: OpaquePointer, _ information: SF_INFO, _ descriptor: FileDescriptor, frameCount: Int?,
        completeness: Completeness = .whole
    ) throws(AudioError) {
        do {
            try Self.checkLimits(
                sampleRate: Int(information.samplerate), channelCount: Int(information.channels),
                source: descriptor.source)
        } catch {
            sf_close(opened)
            throw error
        }
        let rate = Int(information.samplerate)
        let channelCount = Int(information.channels)
        source = descriptor.source
        self.descriptor = descriptor
        handle = opened
        format = AudioFormat(
            encoding: Self.encodingName(information.format), sampleRate: rate, channelCount: channelCount)
        duration = frameCount.map { Double($0) / Double(rate) }
        self.completeness = completeness
        remaining = frameCount ?? Int.max
        blockFrameCount = max(256, 16_384 / channelCount)
        interleaved = [Float](repeating: 0, count: blockFrameCount * channelCount)
    }

    deinit { sf_close(handle) }

    /// The next samples, at most about 16,000; empty at the end.
    func readBlock() throws(AudioError) -> [Float] {
        let wanted = sf_count_t(min(remaining, blockFrameCount))
        let received = Int(sf_readf_float(handle, &interleaved, wanted))
        guard received > 0 else {
            try end()
            return []
        }
        let samples = mixedDown(frameCount: received)
        // One comparison finds NaN, infinities and absurd values: each of them makes it false.
        if let bad = samples.firstIndex(where: { !($0.magnitude <= AudioLimits.largestMagnitude) }) {
            let seconds = Double(frameCount + bad) / Double(format.sampleRate)
            throw .invalidSample(source: source, seconds: seconds, value: "\(samples[bad])")
        }
        frameCount += received
        remaining -= received
        return samples
    }

    private func mixedDown(frameCount: Int) -> [Float] {
        let channelCount = format.channelCount
        if channelCount == 1 { return Array(interleaved[..<frameCount]) }
        return [Float](unsafeUninitializedCapacity: frameCount) { mono, filled in
            interleaved.withUnsafeBufferPointer { interleaved in
                for frame in 0..<frameCount {
                    var sum: Float = 0
                    for channel in 0..<channelCount { sum += interleaved[frame * channelCount + channel] }
                    mono[frame] = sum / Float(channelCount)
                }
            }
            filled = frameCount
        }
    }

    private func end() throws(AudioError) {
        guard warnings.isEmpty else { return }
        let seconds = Double(frameCount) / Double(format.sampleRate)
        if sf_error(handle) != Int32(SF_ERR_NO_ERROR) {
            warnings.append(.damagedData(source: source, seconds: seconds, message: Self.message(of: handle)))
        }
        if frameCount == 0, let duration, duration > 0 {
            throw .malformed(source: source, message: "no sound follows the header")
        }
        switch completeness {
        case .endless: warnings.append(.endsEarly(source: source, seconds: seconds, declaredSeconds: nil))
        case .whole: warnIfShort(of: duration ?? 0, at: seconds)
        case .cut(let promisedShare): warnIfShort(of: (duration ?? 0) * promisedShare, at: seconds)
        }
    }

    private func warnIfShort(of promised: Double, at seconds: Double) {
        // Compressed formats may be off by a codec frame or two without anything being lost.
        guard promised - seconds > 0.1 else { return }
        warnings.append(.endsEarly(source: source, seconds: seconds, declaredSeconds: promised))
    }

    /// libsndfile's words for the last failure of `handle`, or of the last opening.
    static func message(of handle: OpaquePointer?) -> String {
        let message = String(cString: sf_strerror(handle))
        return message.last == "." ? String(message.dropLast()) : message
    }

    private static func encodingName(_ format: Int32) -> String {
        [Int32(SF_FORMAT_TYPEMASK), Int32(SF_FORMAT_SUBMASK)].map { mask in
            var information = SF_FORMAT_INFO()
            information.format = format & mask
            let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
            guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &information, size) == 0, let name = information.name
            else { return "format 0x" + String(format & mask, radix: 16) }
            return String(cString: name)
        }.joined(separator: ", ")
    }
}
