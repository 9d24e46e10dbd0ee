import CSoundFile
import Synchronization

/// A sound file or pipe open for reading through libsndfile, mixed down to one channel.
final class SoundFile {
    let format: AudioFormat
    /// Seconds of sound that are there by the header; nil where it does not tell.
    let duration: Double?
    private(set) var warnings: [AudioWarning] = []

    private let source: String
    private let handle: OpaquePointer
    private let descriptor: FileDescriptor  // libsndfile reads from it as long as the handle lives
    /// Seconds that the header promises; more than `duration` where the file was cut off.
    private let promisedDuration: Double?
    /// Samples per channel that may still be read.
    private var remaining: Int
    private var interleaved: [Float]
    private let blockFrameCount: Int
    private var frameCount = 0

    /// libsndfile keeps the reason of a failed opening in one global variable.
    private static let opening = Mutex(())

    /// Opens a regular file that begins with the sound's header.
    convenience init(regularFile descriptor: FileDescriptor, byteCount: Int) throws(AudioError) {
        let source = descriptor.source
        guard byteCount > 0 else { throw .isEmpty(source: source) }
        let prefix = descriptor.peek(count: ContentKind.prefixLength, at: 0)
        var information = SF_INFO()
        let (opened, code, message) = Self.opening.withLock { _ in
            let handle = sf_open_fd(descriptor.number, Int32(SFM_READ), &information, 0)
            return (handle, sf_error(handle), Self.message(of: handle))
        }
        guard let opened else {
            throw Self.failure(source: source, prefix: prefix, code: code, message: message)
        }
        let frames = Int(information.frames)
        var promisedShare = 1.0
        switch SoundChunks.extent(in: descriptor, byteCount: byteCount) {
        case .bytes(_, present: 0):
            sf_close(opened)
            throw .malformed(source: source, message: "no sound follows the header")
        case .bytes(let declared, let present): promisedShare = Double(declared) / Double(present)
        case .absent where frames == 0:
            sf_close(opened)
            throw .malformed(source: source, message: "the header ends before the sound begins")
        case .absent, .blank, .unknown: break
        }
        try self.init(
            opened, information, descriptor, frameCount: (0..<Int.max / 2).contains(frames) ? frames : nil,
            promisedShare: promisedShare)
    }

    /// Takes the samples that follow a WAV header which has been read, in a pipe or a regular file.
    convenience init(
        continuing descriptor: FileDescriptor, after header: WaveHeader, layout: WaveHeader.Layout, isPipe: Bool
    ) throws(AudioError) {
        try Self.checkLimits(
            sampleRate: layout.sampleRate, channelCount: layout.channelCount, source: descriptor.source)
        var information = SF_INFO()
        information.samplerate = Int32(layout.sampleRate)
        information.channels = Int32(layout.channelCount)
        information.format = Int32(SF_FORMAT_RAW) | Int32(SF_ENDIAN_LITTLE) | layout.encoding
        if !isPipe { try descriptor.rewind() }
        // Not under the lock: this might wait for the pipe. At worst a failure shows another one's message.
        guard let opened = sf_open_fd(descriptor.number, Int32(SFM_READ), &information, 0) else {
            throw .unsupportedEncoding(source: descriptor.source, message: Self.message(of: nil))
        }
        if !isPipe {
            var offset = sf_count_t(header.consumed.count)
            let size = Int32(MemoryLayout<sf_count_t>.size)
            sf_command(opened, Int32(SFC_SET_RAW_START_OFFSET), &offset, size)
            sf_seek(opened, 0, SEEK_SET)
        }
        information.format = Int32(SF_FORMAT_WAV) | layout.encoding
        try self.init(opened, information, descriptor, frameCount: layout.frameCount, promisedShare: 1)
    }

    /// Takes over `opened`, closing it on failure.
    private init(
        _ opened: OpaquePointer, _ information: SF_INFO, _ descriptor: FileDescriptor, frameCount: Int?,
        promisedShare: Double
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
        promisedDuration = duration.map { $0 * promisedShare }
        remaining = frameCount ?? Int.max
        blockFrameCount = max(256, 16_384 / channelCount)
        interleaved = [Float](repeating: 0, count: blockFrameCount * channelCount)
    }

    deinit { sf_close(handle) }

    private static func checkLimits(sampleRate: Int, channelCount: Int, source: String) throws(AudioError) {
        guard AudioLimits.sampleRates.contains(sampleRate) else {
            throw .sampleRateOutOfRange(source: source, rate: sampleRate)
        }
        guard AudioLimits.channelCounts.contains(channelCount) else {
            throw .channelCountOutOfRange(source: source, count: channelCount)
        }
    }

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
        if frameCount == 0, let promisedDuration, promisedDuration > 0 {
            throw .malformed(source: source, message: "no sound follows the header")
        }
        // Compressed formats may be off by a codec frame or two without anything being lost.
        if let promisedDuration, promisedDuration - seconds > 0.1 {
            warnings.append(.endsEarly(source: source, seconds: seconds, declaredSeconds: promisedDuration))
        }
    }

    private static func failure(source: String, prefix: [UInt8], code: Int32, message: String) -> AudioError {
        if code == Int32(SF_ERR_UNSUPPORTED_ENCODING) { return .unsupportedEncoding(source: source, message: message) }
        if ContentKind.beginsLikeSound(prefix) { return .malformed(source: source, message: message) }
        return .notAudio(source: source, content: ContentKind(prefix: prefix))
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
