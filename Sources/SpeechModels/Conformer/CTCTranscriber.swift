public import Audio
import Autograd
public import Checkpoints
import Decoding
import Parameters
import Tensors
import Tokenizers

/// Transcribes recordings with a model that spells what it hears, frame by frame.
public final class CTCTranscriber: SpeechRecognizer {
    public let loadTime: Double
    let model: any CTCNetwork
    let tokenizer: any Tokenizer
    let spectrogram: LogMelSpectrogram
    let voiceActivityDetector: any VoiceActivityDetector
    private let scorer: WordScorer?

    public var architecture: String { model.modelType }

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - voiceActivityDetector: finds silences in recordings of more than a window.
    ///   - languageModel: has a say in what is spelled.
    public init(
        _ folder: ModelFolder, voiceActivityDetector: any VoiceActivityDetector = StatisticalDetector(),
        languageModel: LanguageModelFusion? = nil
    ) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try CTCFiles(folder)
        (tokenizer, spectrogram) = (files.tokenizer, files.spectrogram)
        do {
            let store = ParameterStore(reading: files.weights)
            model = try files.makeNetwork(store)
            store.packMatrices()
            files.weights.releasePages()
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: files.folder, mismatch)
        }
        self.voiceActivityDetector = voiceActivityDetector
        scorer = languageModel.map { [tokenizer] in WordScorer($0, tokenizer) }
        loadTime = (clock.now - start).seconds
    }

    public func transcribe(
        _ audio: AudioStream, options: TranscriptionOptions = TranscriptionOptions()
    ) -> AsyncThrowingStream<RecognitionEvent, any Error> {
        precondition(audio.sampleRate == Transcriber.sampleRate, "the model hears \(Transcriber.sampleRate) Hz")
        return events { [self] emit, checkCancellation in
            var pass = CTCTranscriptionPass(transcriber: self, audio: audio, options: options)
            try pass.run(emit: emit, checkCancellation: checkCancellation)
        }
    }

    /// What is heard at once; longer recordings are cut at pauses.
    var windowCapacity: Int {
        min(30 * Transcriber.sampleRate, model.frameLimit.map { $0 * spectrogram.configuration.hop } ?? .max)
    }
    /// Samples whose power is looked at for a pause (20 ms).
    private static let blockSize = Transcriber.sampleRate / 50

    /// Silence that is heard after the end of sound.
    var tail: [Float] {
        [Float](repeating: 0, count: (model as? ConformerModel)?.configuration.tailLength ?? 0)
    }

    /// Of the frames that the model sees.
    var samplesPerFrame: Int { spectrogram.configuration.hop * model.frameStride }
    var frameSeconds: Double { Double(samplesPerFrame) / Double(Transcriber.sampleRate) }

    /// Where the last third of `capacity` samples is the quietest.
    static func quietestPlace(in window: [Float], capacity: Int) -> Int {
        var (best, leastPower) = (capacity, Float.infinity)
        for start in stride(from: capacity * 2 / 3, to: capacity - blockSize, by: blockSize / 2) {
            let power = window[start..<start + blockSize].reduce(0) { $0 + $1 * $1 }
            if power < leastPower { (best, leastPower) = (start + blockSize / 2, power) }
        }
        return best
    }

    /// What frames spell: natural logarithms of the probabilities of all tokens, `[frames, tokens]`, row-major.
    ///
    /// - Parameter features: `[frames, bands]`.
    func logProbabilities(of features: Tensor) throws(SpeechModelError) -> [Float] {
        let frames = features.shape[0]
        let output = model(reshape(features, [1, frames, features.shape[1]]), lengths: [frames])
        let values = logSoftmax(output.logits).floats()
        guard values.allSatisfy({ !$0.isNaN }) else { throw .notFinite(model: architecture) }
        return values
    }

    /// The tokens of a window: for a beam of 1 and without a language model the best class of each frame; else those of the
    /// best prefix, where they are most probably spelled.
    ///
    /// - Parameter logProbabilities: `[frames, tokens]`, row-major.
    func tokens(_ logProbabilities: [Float], beamSize: Int) throws(SpeechModelError) -> [CTCToken] {
        let (blank, classes) = (model.blank, model.vocabularySize)
        let found: [Int]
        if let scorer {
            found =
                CTCPrefixSearch(blank: blank, beamSize: beamSize, scorer: scorer)
                .run(logProbabilities[...], classes: classes)[0].tokens
        } else if beamSize > 1 {
            found =
                CTCPrefixSearch(blank: blank, beamSize: beamSize, scorer: NoPrefixScorer())
                .run(logProbabilities[...], classes: classes)[0].tokens
        } else {
            return greedyTokens(logProbabilities)
        }
        guard
            let aligned = CTCAlignment(blank: blank).align(logProbabilities[...], classes: classes, target: found)
        else { throw .notFinite(model: architecture) }
        return aligned
    }

    /// The best class of each frame.
    func greedyTokens(_ logProbabilities: [Float]) -> [CTCToken] {
        CTCGreedySearch(blank: model.blank).tokens(logProbabilities[...], classes: model.vocabularySize)
    }

    /// Such a model writes the language that it was trained on, and knows of no prompt.
    public func validate(_ options: TranscriptionOptions) throws {
        _ = try languageCode(for: options)
        if options.prompt != nil { throw SpeechModelError.notForSpelling("a prompt") }
        if options.suppressedTokens != nil { throw SpeechModelError.notForSpelling("a list of suppressed tokens") }
    }

    public func languageCode(for options: TranscriptionOptions) throws -> String? {
        guard options.task == .transcribe else { throw SpeechModelError.notForSpelling("a translation") }
        guard options.language == nil else { throw SpeechModelError.notForSpelling("a language") }
        return nil
    }
}
