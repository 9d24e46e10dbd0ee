import CSoundFile

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes a WAV file piece by piece; it appears under its name, whole, with ``finish()``.
///
/// Until then the samples lie in a hidden file in the same folder, which goes away if the writer does.
public final class WaveWriter {
    public enum Encoding: Sendable, CaseIterable { case integer16, integer24, float32 }

    private let path: String
    private let temporaryPath: String
    private let channelCount: Int
    private let bytesPerSample: Int
    private var byteCount = 0
    private var handle: OpaquePointer?

    /// - Parameters:
    ///   - path: an existing regular file is replaced.
    ///   - sampleRate: hertz.
    public init(
        path: String, sampleRate: Int, channelCount: Int = 1, encoding: Encoding = .integer16
    ) throws(AudioError) {
        precondition(AudioLimits.sampleRates.contains(sampleRate), "a sample rate of \(sampleRate) Hz")
        precondition(AudioLimits.channelCounts.contains(channelCount), "\(channelCount) channels")
        let target = try Self.target(path)
        self.path = target
        self.channelCount = channelCount
        let (code, bytesPerSample) =
            switch encoding {
            case .integer16: (Int32(SF_FORMAT_PCM_16), 2)
            case .integer24: (Int32(SF_FORMAT_PCM_24), 3)
            case .float32: (Int32(SF_FORMAT_FLOAT), 4)
            }
        self.bytesPerSample = bytesPerSample
        let slash = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
        // Not made of the name, which may be as long as names can be.
        temporaryPath = target[..<slash] + ".triptych-\(UInt64.random(in: .min ... .max)).part"
        let descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, message: systemMessage()) }
        var information = SF_INFO()
        information.samplerate = Int32(sampleRate)
        information.channels = Int32(channelCount)
        information.format = Int32(SF_FORMAT_WAV) | code
        guard let opened = sf_open_fd(descriptor, Int32(SFM_WRITE), &information, 1) else {
            unlink(temporaryPath)
            throw .cannotWrite(path: path, message: SoundFile.message(of: nil))
        }
        // Values beyond full scale are limited rather than wrapped; no time stamp, so equal sound gives equal bytes.
        sf_command(opened, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
        sf_command(opened, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
        handle = opened
    }

    deinit {
        if let handle {
            sf_close(handle)
            unlink(temporaryPath)
        }
    }

    /// Where the file really goes: links are followed, and devices are left alone.
    private static func target(_ path: String) throws(AudioError) -> String {
        var information = stat()
        guard stat(path, &information) == 0 else { return path }
        switch information.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .cannotWrite(path: path, message: "it is a folder")
        default: throw .cannotWrite(path: path, message: "it is not a regular file")
        }
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Appends samples, full scale being −1…1; those of several channels take turns.
    public func append(_ samples: [Float]) throws(AudioError) {
        precondition(samples.count % channelCount == 0, "\(samples.count) samples of \(channelCount) channels")
        guard let handle else { preconditionFailure("append after finish") }
        guard samples.allSatisfy(\.isFinite) else {
            throw .cannotWrite(path: path, message: "a sample is not a finite number")
        }
        byteCount += samples.count * bytesPerSample
        // The lengths in a WAV header have 32 bits.
        guard byteCount < 0xFFFF_0000 else { throw .cannotWrite(path: path, message: "longer than 4 GiB") }
        guard Int(sf_write_float(handle, samples, sf_count_t(samples.count))) == samples.count else {
            throw .cannotWrite(path: path, message: SoundFile.message(of: handle))
        }
    }

    /// Completes the file and gives it its name.
    public func finish() throws(AudioError) {
        guard let handle else { preconditionFailure("finish twice") }
        self.handle = nil
        guard sf_close(handle) == 0, rename(temporaryPath, path) == 0 else {
            let message = systemMessage()
            unlink(temporaryPath)
            throw .cannotWrite(path: path, message: message)
        }
    }

    /// Writes `samples` as a whole file.
    public static func write(
        _ samples: [Float], to path: String, sampleRate: Int, channelCount: Int = 1, encoding: Encoding = .integer16
    ) throws(AudioError) {
        let writer = try WaveWriter(
            path: path, sampleRate: sampleRate, channelCount: channelCount, encoding: encoding)
        try writer.append(samples)
        try writer.finish()
    }
}
