import Kernels
import Synchronization

/// Sound files that others are mixed with, as noises or the answers of rooms to an impulse: one channel at one sampling rate,
/// those of small collections kept in memory.
public struct SoundCollection: Sendable, Equatable {
    public let files: [String]
    /// Hertz.
    public let sampleRate: Int
    /// Seconds of each file that are used at most.
    public let longest: Double
    /// The samples of each file in 16 bits of its own scale, where there was room for them.
    private let kept: [[Int16]?]
    /// What full scale of each file's 16 bits is.
    private let scales: [Float]

    /// Bytes of samples that are kept at most, where nothing else is asked for.
    public static let standardLimit = 1 << 29

    /// Reads every file once, several at a time.
    ///
    /// - Throws: where one of them cannot be read or holds no sample.
    /// - Precondition: there are files.
    public init(
        files: [String], sampleRate: Int, longest: Double, keeping byteLimit: Int = standardLimit
    ) throws(AudioError) {
        precondition(!files.isEmpty && longest > 0, "\(files.count) files of \(longest) s")
        (self.files, self.sampleRate, self.longest) = (files, sampleRate, longest)
        let byteCount = Mutex(0)
        let isUnobserved: @Sendable (Int) -> Void = { _ in }
        let found = Threads.attempts(files.count, failureLimit: 0, progress: isUnobserved) {
            index throws(AudioError) -> (samples: [Int16]?, scale: Float) in
            let (samples, scale) = try Self.read(files[index], sampleRate, longest)
            let total = byteCount.withLock { bytes in
                bytes += 2 * samples.count
                return bytes
            }
            return (total > byteLimit ? nil : samples, scale)
        }
        var (kept, scales): ([[Int16]?], [Float]) = ([], [])
        // Those after a failure may not have been read.
        for result in found.compactMap(\.self) {
            let (samples, scale) = try result.get()
            kept.append(samples)
            scales.append(scale)
        }
        (self.kept, self.scales) = (kept, scales)
    }

    public var count: Int { files.count }

    /// The samples of a file; the same whether they are in memory or read anew.
    public func samples(_ number: Int) throws(AudioError) -> [Float] {
        let known: (samples: [Int16], scale: Float)
        if let samples = kept[number] {
            known = (samples, scales[number])
        } else {
            known = try Self.read(files[number], sampleRate, longest)
        }
        return known.samples.map { Float($0) * (known.scale / 32_767) }
    }

    private static func read(
        _ file: String, _ sampleRate: Int, _ longest: Double
    ) throws(AudioError) -> (samples: [Int16], scale: Float) {
        let stream = try AudioStream(opening: .file(file), sampleRate: sampleRate)
        let samples = try stream.read(count: max(1, Int(longest * Double(sampleRate))))
        guard let peak = samples.map(abs).max() else {
            throw .malformed(source: file, message: "it holds no samples")
        }
        guard peak > 0 else { return ([Int16](repeating: 0, count: samples.count), 0) }
        return (samples.map { Int16(($0 / peak * 32_767).rounded()) }, peak)
    }

    /// The files are the same, by their names.
    public static func == (first: SoundCollection, second: SoundCollection) -> Bool {
        (first.files, first.sampleRate, first.longest) == (second.files, second.sampleRate, second.longest)
    }
}
