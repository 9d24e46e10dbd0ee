public import Audio
public import Checkpoints
import Parameters
import Tokenizers

/// Transcribes recordings with a model that spells what it hears, frame by frame.
public final class CTCTranscriber: SpeechRecognizer {
    public let configuration: ConformerConfiguration
    public let loadTime: Double
    let model: ConformerModel
    let tokenizer: any Tokenizer
    let spectrogram: LogMelSpectrogram
    let voiceActivityDetector: any VoiceActivityDetector

    public var architecture: String { ConformerConfiguration.modelType }

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameter voiceActivityDetector: finds silences in recordings of more than a window.
    public init(
        _ folder: ModelFolder, voiceActivityDetector: any VoiceActivityDetector = StatisticalDetector()
    ) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try ConformerFiles(folder)
        (configuration, tokenizer, spectrogram) = (files.configuration, files.tokenizer, files.spectrogram)
        do {
            let store = ParameterStore(reading: files.weights)
            model = try ConformerModel(files.configuration, in: store)
            store.packMatrices()
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: files.folder, mismatch)
        }
        self.voiceActivityDetector = voiceActivityDetector
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
