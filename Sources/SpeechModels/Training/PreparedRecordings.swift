import Audio
public import Datasets
import Foundation
import Kernels
import Synchronization
public import Tokenizers

/// Recordings that were found fit to learn from, those of small data sets kept in memory.
public struct PreparedRecordings: Sendable {
    /// A recording as the network's targets have it.
    public struct Clip: Sendable {
        public let path: String
        /// Where it is listed, or else its path.
        public let place: String
        /// As the model writes it.
        public let text: String
        public let speaker: String?
        public let sampleCount: Int
    }

    public let clips: [Clip]
    public let tokenizer: any Tokenizer
    /// Recordings that cannot be used and were left out.
    public let bad: [SpeechDataError]
    /// The samples of each clip in 16 bits, where there was room for them.
    private let kept: [[Int16]?]
    /// What became of clips since; strict unless it is set.
    public var faults = LateFaults()

    /// What a network can learn from one recording.
    public struct Limits: Sendable {
        /// Seconds.
        public let longest: Double
        /// Tokens, where they are limited.
        public let tokenCount: Int?
        /// The frames that spell, of a spectrogram of so many; nil where the text is not spelled frame by frame.
        public let encodedLength: (@Sendable (_ frames: Int) -> Int)?

        public init(longest: Double, tokenCount: Int? = nil, encodedLength: (@Sendable (_ frames: Int) -> Int)? = nil) {
            (self.longest, self.tokenCount, self.encodedLength) = (longest, tokenCount, encodedLength)
        }

        public static let conformer = Limits(
            longest: PreparedRecordings.longest, encodedLength: { ConformerConfiguration.encodedLength($0) })

        /// What is wrong with a recording of such a length, if anything.
        ///
        /// - Parameter targets: the tokens of its text, or what else stands for its characters.
        func fault(seconds: Double, _ targets: [some Equatable]) -> SpeechDataError.Reason? {
            guard seconds <= longest else { return .tooLong(seconds: seconds, limit: longest) }
            if let tokenCount, targets.count > tokenCount { return .tooManyTokens(targets.count, limit: tokenCount) }
            guard let encodedLength else { return nil }
            let samples = Int((seconds * Double(PreparedRecordings.sampleRate)).rounded())
            let frames = encodedLength(samples / LogMelConfiguration.whisper().hop)
            let needed = targets.count + zip(targets, targets.dropFirst()).count { $0 == $1 }
            return frames >= needed ? nil : .tooShort(seconds: seconds, frames: frames, needed: needed)
        }
    }

    /// Hertz.
    public static let sampleRate = Transcriber.sampleRate
    /// Seconds that a recording has at most: attention needs time and memory by the square of it.
    public static let longest = 40.0
    /// Bytes of samples that are kept at most, where nothing else is asked for.
    public static let standardLimit = 1 << 30
    /// Below this peak nobody could hear anything (-70 dB of full scale).
    static let audibleAmplitude: Int16 = 10

    /// Reads every recording once, several at a time.
    ///
    /// - Parameters:
    ///   - limits: of the network that is to learn from them.
    ///   - badLimit: recordings that may be left out because they cannot be used.
    ///   - byteLimit: of the samples that are kept.
    ///   - path: what errors call the data.
    ///   - progress: told how many are done; from any thread.
    /// - Throws: ``SpeechDataError`` where more cannot be used, with the last of them.
    public init(
        _ recordings: [TranscribedRecording], spelling: TargetSpelling, tokenizer: any Tokenizer,
        limits: Limits = .conformer, skippingBad badLimit: Int = 0, keeping byteLimit: Int = standardLimit,
        path: String,
        progress: @Sendable (Int) -> Void = { _ in }
    ) throws(SpeechDataError) {
        self.tokenizer = tokenizer
        // Beyond the limit samples are let go as soon as they are known to be good.
        let byteCount = Mutex(0)
        // Once it is clear that they are too many, the others are not read.
        let found = Threads.attempts(recordings.count, failureLimit: badLimit, progress: progress) {
            index throws(SpeechDataError) -> Entry in
            var entry = try Self.entry(recordings[index], spelling, tokenizer, limits)
            let total = byteCount.withLock { bytes in
                bytes += 2 * entry.clip.sampleCount
                return bytes
            }
            if total > byteLimit { entry.samples = nil }
            return entry
        }
        var (clips, kept, bad): ([Clip], [[Int16]?], [SpeechDataError]) = ([], [], [])
        for result in found {
            do throws(SpeechDataError) {
                guard let entry = try result?.get() else { continue }
                clips.append(entry.clip)
                kept.append(entry.samples)
            } catch {
                bad.append(error)
                guard bad.count <= badLimit else {
                    throw SpeechDataError(place: path, .tooManyBad(limit: badLimit, last: "\(error)"))
                }
            }
        }
        guard !clips.isEmpty else { throw SpeechDataError(place: path, .empty) }
        (self.clips, self.kept, self.bad) = (clips, kept, bad)
    }

    private struct Entry: Sendable {
        let clip: Clip
        /// Nil where there is no room for them.
        var samples: [Int16]?
    }

    private static func entry(
        _ recording: TranscribedRecording, _ spelling: TargetSpelling, _ tokenizer: any Tokenizer, _ limits: Limits
    ) throws(SpeechDataError) -> Entry {
        func error(_ reason: SpeechDataError.Reason) -> SpeechDataError {
            SpeechDataError(place: recording.place ?? recording.path, file: recording.path, reason)
        }
        let text = spelling.spelled(recording.text)
        guard !text.isEmpty else { throw error(.noText) }
        let targets: [Int]
        do { targets = try tokenizer.targets(of: text) } catch let failure { throw error(.unreadable("\(failure)")) }
        let unknown = tokenizer.unknownCharacters(in: text, targets)
        guard unknown.isEmpty else { throw error(.outsideAlphabet(unknown)) }
        let samples: [Int16]
        do throws(SpeechDataError.Reason) { samples = try read(recording.path) } catch let reason {
            throw error(reason)
        }
        let seconds = Double(samples.count) / Double(sampleRate)
        if let reason = limits.fault(seconds: seconds, targets) { throw error(reason) }
        guard samples.contains(where: { $0.magnitude > audibleAmplitude.magnitude }) else { throw error(.silent) }
        let clip = Clip(
            path: recording.path, place: recording.place ?? recording.path, text: text, speaker: recording.speaker,
            sampleCount: samples.count)
        return Entry(clip: clip, samples: samples)
    }

    /// The samples of a sound file at the model's rate. A little more than is allowed is read, so that it is told.
    private static func read(_ path: String) throws(SpeechDataError.Reason) -> [Int16] {
        let (samples, warning): ([Float], AudioWarning?)
        do throws(AudioError) {
            let stream = try AudioStream(opening: .file(path), sampleRate: sampleRate)
            samples = try stream.read(count: Int((longest + 1) * Double(sampleRate)))
            warning = stream.warnings.first
        } catch {
            throw .unreadable("\(error)")
        }
        // What is cut off has a text that goes on.
        if let warning { throw .damaged("\(warning)") }
        return samples.map { Int16((max(-1, min(1, $0)) * 32_767).rounded()) }
    }

    /// The samples of a clip, in ±1; nil where it can no longer be used and is left out. In memory or read anew they are the
    /// same: 16 bits each.
    ///
    /// - Throws: where it can no longer be used, and no more may be left out.
    public func samples(_ number: Int) throws(SpeechDataError) -> [Float]? {
        if let known = kept[number] { return known.map { Float($0) / 32_767 } }
        let clip = clips[number]
        do throws(SpeechDataError.Reason) {
            let samples = try Self.read(clip.path)
            guard samples.count == clip.sampleCount else {
                throw .changed(sampleCount: samples.count, expected: clip.sampleCount)
            }
            return samples.map { Float($0) / 32_767 }
        } catch {
            try faults.add(SpeechDataError(place: clip.place, file: clip.path, error))
            return nil
        }
    }
}
