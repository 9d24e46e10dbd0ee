import CSoundFile
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension SoundFile {
    /// libsndfile keeps the reason of a failed opening in one global variable.
    private static let opening = Mutex(())

    /// Opens a regular file that begins with the sound's header.
    convenience init(regularFile descriptor: FileDescriptor, byteCount: Int) throws(AudioError) {
        let source = descriptor.source
        guard byteCount > 0 else { throw .isEmpty(source: source) }
        var (opened, information) = try Self.open(descriptor, forwardOnly: false)
        // MPEG's format code has no name in older headers.
        let container = information.format & Int32(SF_FORMAT_TYPEMASK)
        if container == 0x23_0000 && !MPEGLength.isGiven(in: descriptor) {
            sf_close(opened)
            try descriptor.rewind()
            (opened, information) = try Self.open(descriptor, forwardOnly: true)
        }
        let frames = Int(information.frames)
        let areFramesKnown = (0..<Int.max / 2).contains(frames)
        var completeness = Completeness.whole
        switch SoundChunks.extent(in: descriptor, byteCount: byteCount) {
        case .bytes(_, present: 0):
            sf_close(opened)
            throw .malformed(source: source, message: "no sound follows the header")
        case .bytes(let declared, let present):
            completeness = .cut(promisedShare: Double(declared) / Double(present))
        case .absent where frames == 0:
            sf_close(opened)
            throw .malformed(source: source, message: "the header ends before the sound begins")
        case .absent, .blank, .unknown:
            // The length of an Ogg stands on its last page.
            if container == Int32(SF_FORMAT_OGG) && !areFramesKnown { completeness = .endless }
        }
        try self.init(
            opened, information, descriptor, frameCount: areFramesKnown ? frames : nil,
            completeness: completeness)
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
        guard let opened = sf_open_fd(descriptor.duplicated(), Int32(SFM_READ), &information, 1) else {
            throw .unsupportedEncoding(source: descriptor.source, message: Self.message(of: nil))
        }
        if !isPipe {
            var offset = sf_count_t(header.consumed.count)
            let size = Int32(MemoryLayout<sf_count_t>.size)
            sf_command(opened, Int32(SFC_SET_RAW_START_OFFSET), &offset, size)
            sf_seek(opened, 0, SEEK_SET)
        }
        information.format = Int32(SF_FORMAT_WAV) | layout.encoding
        try self.init(opened, information, descriptor, frameCount: layout.frameCount)
    }

    // libsndfile gets descriptors of its own: asked to leave one open, it closes it nevertheless when it fails.

    /// Opens a regular file; `forwardOnly` hides its end from the decoder.
    private static func open(
        _ descriptor: FileDescriptor, forwardOnly: Bool
    ) throws(AudioError) -> (handle: OpaquePointer, information: SF_INFO) {
        var information = SF_INFO()
        var handle: OpaquePointer?
        let (code, message) = opening.withLock { _ in
            handle =
                forwardOnly
                ? descriptor.openForwardOnly(&information)
                : sf_open_fd(descriptor.duplicated(), Int32(SFM_READ), &information, 1)
            return (sf_error(handle), Self.message(of: handle))
        }
        guard let handle else { throw failure(descriptor, code: code, message: message) }
        return (handle, information)
    }

    private static func failure(
        _ descriptor: FileDescriptor, code: Int32, message: String
    ) -> AudioError {
        let source = descriptor.source
        let prefix = descriptor.peek(count: ContentKind.prefixLength, at: 0)
        if code == Int32(SF_ERR_UNSUPPORTED_ENCODING) { return .unsupportedEncoding(source: source, message: message) }
        if ContentKind.beginsLikeSound(prefix) { return .malformed(source: source, message: message) }
        return .notAudio(source: source, content: ContentKind(prefix: prefix))
    }

    static func checkLimits(sampleRate: Int, channelCount: Int, source: String) throws(AudioError) {
        guard AudioLimits.sampleRates.contains(sampleRate) else {
            throw .sampleRateOutOfRange(source: source, rate: sampleRate)
        }
        guard AudioLimits.channelCounts.contains(channelCount) else {
            throw .channelCountOutOfRange(source: source, count: channelCount)
        }
    }
}
