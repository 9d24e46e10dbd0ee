import CSoundFile
import Synchronization

/// A sound file or pipe open for reading through libsndfile, mixed down to one channel.
final class SoundFile {
    let format: AudioFormat
    /// Samples per channel by the header; nil where it does not tell.
    let declaredFrameCount: Int?
    private(set) var warnings: [AudioWarning] = []

    private let source: String
    private let handle: OpaquePointer
    private let descriptor: FileDescriptor  // libsndfile reads from it as long as the handle lives
    private var interleaved: [Float]
    private let blockFrameCount: Int
    private var frameCount = 0
    private var hasEnded = false

    /// libsndfile keeps the reason of a failed opening in one global variable.
    private static let opening = Mutex(())

    /// Opens `descriptor`, a regular file at the start of the sound.
    init(regularFile descriptor: FileDescriptor, byteCount: Int) throws(AudioError) {
        let source = descriptor.source
        guard byteCount > 0 else { throw .isEmpty(source: source) }
        let prefix = descriptor.peek(count: ContentKind.prefixLength, at: 0)
        var information = SF_INFO()
        let (opened, code, message) = Self.opening.withLock { _ in
            let handle = sf_open_fd(descriptor.number, Int32(SFM_READ), &information, 0)
            return (handle, sf_error(handle), String(cString: sf_strerror(handle)))
        }
        guard let opened else {
            throw Self.failure(source: source, prefix: prefix, code: code, message: message)
        }
        let rate = Int(information.samplerate)
        let channelCount = Int(information.channels)
        guard AudioLimits.sampleRates.contains(rate) else {
            sf_close(opened)
            throw .sampleRateOutOfRange(source: source, rate: rate)
        }
        guard AudioLimits.channelCounts.contains(channelCount) else {
            sf_close(opened)
            throw .channelCountOutOfRange(source: source, count: channelCount)
        }
        self.source = source
        self.descriptor = descriptor
        handle = opened
        format = AudioFormat(
            encoding: Self.encodingName(information.format), sampleRate: rate, channelCount: channelCount)
        let frames = Int(information.frames)
        declaredFrameCount = (0..<Int.max / 2).contains(frames) ? frames : nil
        blockFrameCount = max(256, 16_384 / channelCount)
        interleaved = [Float](repeating: 0, count: blockFrameCount * channelCount)
    }

    deinit { sf_close(handle) }

    /// The next samples, at most about 16,000; empty at the end.
    func readBlock() throws(AudioError) -> [Float] {
        guard !hasEnded else { return [] }
        let received = Int(sf_readf_float(handle, &interleaved, sf_count_t(blockFrameCount)))
        guard received > 0 else {
            end()
            return []
        }
        let samples = mixedDown(frameCount: received)
        // One comparison finds NaN, infinities and absurd values: each of them makes it false.
        if let bad = samples.firstIndex(where: { !($0.magnitude <= AudioLimits.largestMagnitude) }) {
            let seconds = Double(frameCount + bad) / Double(format.sampleRate)
            throw .invalidSample(source: source, seconds: seconds, value: "\(samples[bad])")
        }
        frameCount += received
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

    private func end() {
        hasEnded = true
        let seconds = Double(frameCount) / Double(format.sampleRate)
        if sf_error(handle) != Int32(SF_ERR_NO_ERROR) {
            let message = String(cString: sf_strerror(handle))
            warnings.append(.damagedData(source: source, seconds: seconds, message: message))
        }
        // Compressed formats may be off by a codec frame or two without anything being lost.
        if let declaredFrameCount, declaredFrameCount - frameCount > format.sampleRate / 10 {
            let declared = Double(declaredFrameCount) / Double(format.sampleRate)
            warnings.append(.endsEarly(source: source, seconds: seconds, declaredSeconds: declared))
        }
    }

    private static func failure(source: String, prefix: [UInt8], code: Int32, message: String) -> AudioError {
        let trimmed = message.last == "." ? String(message.dropLast()) : message
        if code == Int32(SF_ERR_UNSUPPORTED_ENCODING) {
            return .unsupportedEncoding(source: source, message: trimmed)
        }
        if ContentKind.beginsLikeSound(prefix) { return .malformed(source: source, message: trimmed) }
        return .notAudio(source: source, content: ContentKind(prefix: prefix))
    }

    private static func encodingName(_ format: Int32) -> String {
        [Int32(SF_FORMAT_TYPEMASK), Int32(SF_FORMAT_SUBMASK)].map { mask in
            var information = SF_FORMAT_INFO()
            information.format = format & mask
            let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
            guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &information, size) == 0, let name = information.name
            else {
                return "format 0x" + String(format & mask, radix: 16)
            }
            return String(cString: name)
        }.joined(separator: ", ")
    }
}
