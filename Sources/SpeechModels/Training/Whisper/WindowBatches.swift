public import Audio
public import Datasets
import Synchronization
import Tensors
import Tokenizers

/// Recordings as batches of Whisper's windows, to be asked for by pass and number: the same arguments give the same batch,
/// whatever was asked before and by whom, since every random number belongs to a pass and a window in it.
public final class WindowBatches: BatchSource {
    public struct Settings: Sendable {
        public var batchSize: Int
        /// Nil for recordings in their order and as they are, as validation has them.
        public var seed: UInt64?
        public var augmentation: SoundAugmentation?
        public var masking: SpectrogramMasking?
        /// Part of the windows whose text has timestamps.
        public var timestampShare: Float

        public init(
            batchSize: Int, seed: UInt64?, augmentation: SoundAugmentation? = nil, masking: SpectrogramMasking? = nil,
            timestampShare: Float = 0.5
        ) {
            (self.batchSize, self.seed, self.timestampShare) = (batchSize, seed, timestampShare)
            (self.augmentation, self.masking) = (augmentation, masking)
        }
    }

    public let settings: Settings
    public let recordings: PreparedRecordings
    private let format: WindowFormat
    private let order: WindowOrder
    /// Of the last passes that were asked for.
    private let batches = Mutex<[(epoch: Int, batches: [[WindowOrder.Window]])]>([])

    /// Seconds of silence before each recording, at most.
    private static let longestPause: Float = 0.3

    /// - Precondition: a batch has room for a window.
    public init(_ recordings: PreparedRecordings, format: WindowFormat, settings: Settings) throws {
        (self.recordings, self.format, self.settings) = (recordings, format, settings)
        let pause = Int(Self.longestPause * Float(PreparedRecordings.sampleRate))
        let sizes = try recordings.clips.map { clip in
            WindowOrder.Size(
                samples: clip.sampleCount + pause,
                tokens: try WindowText.written(clip.text, format.tokens).count + WindowFormat.timestampsOfPhrase)
        }
        order = WindowOrder(
            recordings.clips, sizes: sizes,
            capacity: WindowOrder.Size(samples: format.sampleCount, tokens: format.tokenLimit),
            batchSize: settings.batchSize, seed: settings.seed)
    }

    public var batchesPerEpoch: Int { order.batchesPerEpoch }

    /// - Precondition: `index` is below ``batchesPerEpoch``, and `epoch` is not negative.
    public func batch(_ index: Int, epoch: Int) throws -> WindowBatch {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        var (features, texts): ([Float], [WindowText]) = ([], [])
        let windows = batches(of: epoch)[index]
        for window in windows {
            var random = RandomSource(seed: settings.seed ?? 0).split(UInt64(epoch)).split(UInt64(window.number))
            // Drawn first, so that it does not depend on what is changed in the sound.
            let hasTimestamps = random.uniform() < settings.timestampShare
            let (samples, phrases) = try sound(window, using: &random)
            // None of its recordings can be read any more.
            if phrases.isEmpty { continue }
            var spectrogram = format.spectrogram(samples, frames: format.frameCount)
            if settings.seed != nil, let masking = settings.masking {
                spectrogram = masking(spectrogram, using: &random)
            }
            features += spectrogram.floats()
            texts.append(
                try WindowText(phrases, start: format.start, hasTimestamps: hasTimestamps, tokens: format.tokens))
        }
        guard !texts.isEmpty else { throw recordings.faults.emptyBatch }
        let shape: Shape = [texts.count, format.frameCount, format.spectrogram.configuration.bandCount]
        return WindowBatch(
            features: Tensor(features, shape: shape), texts: texts, fillingToken: format.tokens.endOfText)
    }

    /// The sound of a window, changed by chance, and what is said in it when.
    private func sound(
        _ window: WindowOrder.Window, using random: inout RandomSource
    ) throws -> (samples: [Float], phrases: [WindowText.Phrase]) {
        let rate = PreparedRecordings.sampleRate
        let longestPause = Int(Self.longestPause * Float(rate))
        var (samples, phrases): ([Float], [WindowText.Phrase]) = ([], [])
        for (place, number) in window.clips.enumerated() {
            let clip = recordings.clips[number]
            let rest = window.clips[(place + 1)...].reduce(0) { $0 + recordings.clips[$1].sampleCount + longestPause }
            let room = max(0, format.sampleCount - samples.count - clip.sampleCount - rest)
            let longest = Float(min(longestPause, room))
            let pause = settings.seed != nil ? random.uniform() * longest : place > 0 ? longest / 2 : 0
            samples += [Float](repeating: 0, count: Int(pause))
            guard var sound = try recordings.samples(number) else { continue }
            if settings.seed != nil, let augmentation = settings.augmentation {
                let changed = try augmentation(sound, sampleRate: rate, using: &random)
                // What is slower may no longer fit, and stays as it is.
                if samples.count + changed.count + rest <= format.sampleCount { sound = changed }
            }
            let start = Double(samples.count) / Double(rate)
            samples += sound
            phrases.append(
                WindowText.Phrase(text: clip.text, start: start, end: Double(samples.count) / Double(rate)))
        }
        return (samples, phrases)
    }

    private func batches(of epoch: Int) -> [[WindowOrder.Window]] {
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
