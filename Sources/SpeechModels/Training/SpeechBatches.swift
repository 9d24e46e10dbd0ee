public import Audio
public import Datasets
import Synchronization
import Tensors

/// Recordings as batches of spectrograms, to be asked for by pass and number: the same arguments give the same batch,
/// whatever was asked before and by whom, since every random number belongs to a pass and an utterance in it.
public final class SpeechBatches: BatchSource {
    public struct Settings: Sendable {
        public var batchSize: Int
        /// Nil for recordings in the order of their lengths and as they are, as validation has them.
        public var seed: UInt64?
        public var augmentation: SoundAugmentation?
        public var masking: SpectrogramMasking?
        /// Recordings that are joined at most; 1 for each alone.
        public var longestJoin = 1
        public var features: LogMelConfiguration
        /// Samples of silence after each utterance.
        public var tailLength = 0
        /// Seconds: joined recordings end before, and what a change makes longer stays as it is.
        public var longest: Double

        public init(
            batchSize: Int, seed: UInt64?, augmentation: SoundAugmentation? = nil, masking: SpectrogramMasking? = nil,
            longestJoin: Int = 1, features: LogMelConfiguration = .whisper(),
            longest: Double = PreparedRecordings.longest, tailLength: Int = 0
        ) {
            self.tailLength = tailLength
            (self.batchSize, self.seed, self.longestJoin) = (batchSize, seed, longestJoin)
            self.features = features
            self.longest = longest
            (self.augmentation, self.masking) = (augmentation, masking)
        }
    }

    public let settings: Settings
    public let recordings: PreparedRecordings
    private let spectrogram: LogMelSpectrogram
    private let order: ClipOrder
    /// Of the last passes that were asked for.
    private let batches = Mutex<[(epoch: Int, batches: [[ClipOrder.Utterance]])]>([])

    /// Seconds of silence between joined recordings, and before and after them, at most.
    private static let longestPause: Float = 0.3
    private var longestSampleCount: Int { Int(settings.longest * Double(PreparedRecordings.sampleRate)) }

    /// - Precondition: a batch has room for an utterance.
    public init(_ recordings: PreparedRecordings, settings: Settings) {
        (self.recordings, self.settings) = (recordings, settings)
        spectrogram = LogMelSpectrogram(settings.features)
        order = ClipOrder(
            recordings.clips, batchSize: settings.batchSize, seed: settings.seed, longestJoin: settings.longestJoin)
    }

    public var batchesPerEpoch: Int { order.batchesPerEpoch }

    /// - Precondition: `index` is below ``batchesPerEpoch``, and `epoch` is not negative.
    public func batch(_ index: Int, epoch: Int) throws -> SpeechBatch {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        let utterances = batches(of: epoch)[index]
        var (spectrograms, targets): ([Tensor], [[Int]]) = ([], [])
        for utterance in utterances {
            var random = RandomSource(seed: settings.seed ?? 0).split(UInt64(epoch)).split(UInt64(utterance.number))
            guard let (samples, target) = try sound(utterance, using: &random) else { continue }
            var features = spectrogram(samples)
            if settings.seed != nil, let masking = settings.masking { features = masking(features, using: &random) }
            spectrograms.append(features)
            targets.append(target)
        }
        guard !spectrograms.isEmpty else { throw recordings.faults.emptyBatch }
        return SpeechBatch(spectrograms, targets: targets)
    }

    /// The sound of an utterance, changed by chance, and its tokens; nil where none of its recordings can be read any more.
    private func sound(
        _ utterance: ClipOrder.Utterance, using random: inout RandomSource
    ) throws -> (samples: [Float], target: [Int])? {
        let longestPause = Self.longestPause * Float(PreparedRecordings.sampleRate)
        var (samples, texts): ([Float], [String]) = ([], [])
        /// Silence before so many samples, as far as there is room for it.
        func pause(before count: Int) -> [Float] {
            let room = Float(max(0, longestSampleCount - samples.count - count))
            return [Float](repeating: 0, count: Int(random.uniform() * min(longestPause, room)))
        }
        for number in utterance.clips {
            let clip = recordings.clips[number]
            // The longest pause that may follow is counted too.
            guard texts.isEmpty || samples.count + clip.sampleCount + Int(longestPause) <= longestSampleCount
            else { break }
            if settings.longestJoin > 1 { samples += pause(before: clip.sampleCount) }
            guard let sound = try recordings.samples(number) else { continue }
            samples += sound
            texts.append(clip.text)
        }
        if texts.isEmpty { return nil }
        if settings.longestJoin > 1 { samples += pause(before: 0) }
        if settings.seed != nil, let augmentation = settings.augmentation {
            let changed = try augmentation(samples, sampleRate: PreparedRecordings.sampleRate, using: &random)
            if changed.count <= max(samples.count, longestSampleCount) { samples = changed }
        }
        samples += [Float](repeating: 0, count: settings.tailLength)
        // A change of speed may not leave less than a frame.
        let hop = spectrogram.configuration.hop
        if samples.count < hop { samples += [Float](repeating: 0, count: hop - samples.count) }
        return (samples, try recordings.tokenizer.targets(of: texts.joined(separator: " ")))
    }

    private func batches(of epoch: Int) -> [[ClipOrder.Utterance]] {
        // Within the lock: several batches are asked for at once, and one of them makes the order for all.
        batches.withLock { all in
            if let known = all.first(where: { $0.epoch == epoch }) { return known.batches }
            let made = order.batches(epoch: epoch)
            // One pass ends while batches of the next are made ahead.
            all = all.suffix(1) + [(epoch, made)]
            return made
        }
    }
}

extension SpeechBatch {
    /// Spectrograms `[frames, bands]` of different lengths as one batch, filled up with zeros.
    init(_ spectrograms: [Tensor], targets: [[Int]]) {
        let lengths = spectrograms.map { $0.shape[0] }
        let (time, bands) = (lengths.max() ?? 0, spectrograms.first?.shape[1] ?? 0)
        var values: [Float] = []
        values.reserveCapacity(spectrograms.count * time * bands)
        for spectrogram in spectrograms {
            values += spectrogram.floats()
            values += [Float](repeating: 0, count: (time - spectrogram.shape[0]) * bands)
        }
        self.init(
            features: Tensor(values, shape: [spectrograms.count, time, bands]), lengths: lengths, targets: targets)
    }
}
