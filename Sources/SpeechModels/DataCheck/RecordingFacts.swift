import Audio
public import Datasets
import Hashing

/// What is to be known of one recording for judging it among others: found by reading it once, a piece at a time, then small.
public struct RecordingFacts: Sendable {
    struct Sound: Sendable, Equatable {
        /// Samples of one channel, at ``sampleRate``.
        var sampleCount = 0
        /// Hertz, as the file has it.
        let sampleRate: Int
        let channelCount: Int
        /// The largest magnitude; full scale is 1.
        var peak: Float = 0
        /// Samples in runs that stand still at full scale.
        var clippedCount = 0
        /// What was not as it should be, though it could be read.
        var warnings: [String] = []
        /// Of the samples in 16 bits.
        var digest: SHA256Digest?

        var seconds: Double { Double(sampleCount) / Double(sampleRate) }
    }

    /// Or why it cannot be read.
    enum Outcome: Sendable {
        case read(Sound)
        case failed(String)
    }

    let outcome: Outcome

    /// Samples that are in memory at once.
    private static let pieceCount = 1 << 16

    public init(reading recording: TranscribedRecording) {
        do throws(AudioError) {
            outcome = .read(try Self.sound(recording.path))
        } catch {
            outcome = .failed(Self.shortened("\(error)", recording.path))
        }
    }

    private static func sound(_ path: String) throws(AudioError) -> Sound {
        // At the file's own rate: another would smooth what was clipped.
        let rate = try AudioStream(opening: .file(path), sampleRate: PreparedRecordings.sampleRate)
            .sourceFormat.sampleRate
        let stream = try AudioStream(opening: .file(path), sampleRate: rate)
        var sound = Sound(sampleRate: rate, channelCount: stream.sourceFormat.channelCount)
        var (hasher, clipping) = (SHA256(), ClippingCounter())
        hasher.update("\(rate) ".utf8)
        while true {
            let samples = try stream.read(count: pieceCount)
            if samples.isEmpty { break }
            sound.sampleCount += samples.count
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * samples.count)
            for sample in samples {
                sound.peak = max(sound.peak, abs(sample))
                clipping.add(sample)
                let value = Int16((max(-1, min(1, sample)) * 32_767).rounded())
                bytes.append(UInt8(truncatingIfNeeded: value))
                bytes.append(UInt8(truncatingIfNeeded: value >> 8))
            }
            hasher.update(bytes)
        }
        sound.clippedCount = clipping.finished()
        sound.digest = hasher.finalized()
        sound.warnings = stream.warnings.map { shortened("\($0)", path) }
        return sound
    }

    /// Without the path, which is named before.
    private static func shortened(_ text: String, _ path: String) -> String {
        text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
    }
}

/// Counts samples that a limit has cut off: three or more of the same value in a row, at 99 % of full scale or beyond.
struct ClippingCounter {
    private static let threshold: Float = 0.99
    private static let shortestRun = 3

    private var count = 0
    private var run = 0
    private var last: Float = 0

    mutating func add(_ sample: Float) {
        guard sample == last, run > 0 else {
            close()
            (last, run) = (sample, abs(sample) >= Self.threshold ? 1 : 0)
            return
        }
        run += 1
    }

    mutating func finished() -> Int {
        close()
        return count
    }

    private mutating func close() {
        if run >= Self.shortestRun { count += run }
        run = 0
    }
}
