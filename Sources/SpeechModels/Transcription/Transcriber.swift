public import Audio
public import Checkpoints
import FoundationEssentials
import Parameters

/// Transcribes recordings with a Whisper model. One loaded transcriber serves any number of recordings, at the same
/// time too.
///
/// ```swift
/// let transcriber = try Transcriber(ModelFolder(URL(filePath: "whisper-tiny.en")))
/// let audio = try AudioStream(opening: .file("talk.wav"), sampleRate: Transcriber.sampleRate)
/// for try await event in transcriber.transcribe(audio) {
///     if case .segment(let segment) = event { print(segment.text) }
/// }
/// ```
public final class Transcriber: SpeechRecognizer {
    /// The rate of the samples that Whisper hears, in Hz.
    public static let sampleRate = 16_000

    public typealias Event = RecognitionEvent

    public let configuration: WhisperConfiguration
    public var architecture: String { "whisper" }
    /// Seconds that loading took.
    public let loadTime: Double
    let decoder: WhisperWindowDecoder
    let spectrogram: LogMelSpectrogram
    let voiceActivityDetector: any VoiceActivityDetector

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - voiceActivityDetector: finds the silences that ``TranscriptionOptions/detectsVoiceActivity`` leaves out.
    ///   - adapter: what the linear layers have beside their weights.
    ///   - strength: multiplies what the adapter adds.
    public init(
        _ folder: ModelFolder, voiceActivityDetector: any VoiceActivityDetector = StatisticalDetector(),
        adapter: AdapterFolder? = nil, strength: Float = 1
    ) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try WhisperFiles(folder)
        configuration = files.configuration
        let model: WhisperModel
        do {
            let adaptation = try adapter.map {
                try LowRankAdaptation($0.settings, reading: $0.openWeights(), strength: strength)
            }
            let store = ParameterStore(reading: files.weights, adaptation: adaptation)
            model = try WhisperModel(files.configuration, in: store)
            store.packMatrices()
            adaptation?.parameters.packMatrices()
            files.weights.releasePages()
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: files.folder, mismatch)
        } catch let error as AdaptationError {
            throw SpeechModelError.adapter(folder: adapter?.url.path(percentEncoded: false) ?? files.folder, error)
        }
        decoder = WhisperWindowDecoder(
            model: model, vocabulary: files.vocabulary, settings: files.settings, folder: files.folder)
        spectrogram = files.spectrogram
        self.voiceActivityDetector = voiceActivityDetector
        loadTime = (clock.now - start).seconds
    }

    /// Transcribes `audio`, which must come at 16 kHz, window by window; memory does not grow with its length.
    ///
    /// The work is done on a thread of its own, not on those of Swift's concurrency, and stops before the next token
    /// when the stream is dropped or its task cancelled.
    public func transcribe(
        _ audio: AudioStream, options: TranscriptionOptions = TranscriptionOptions()
    ) -> AsyncThrowingStream<Event, any Error> {
        precondition(audio.sampleRate == Self.sampleRate, "Whisper hears \(Self.sampleRate) Hz")
        return events { [self] emit, checkCancellation in
            var pass = try TranscriptionPass(transcriber: self, audio: audio, options: options)
            try pass.run(emit: emit, checkCancellation: checkCancellation)
        }
    }

    /// Throws what this model cannot do of what `options` ask.
    public func validate(_ options: TranscriptionOptions) throws {
        _ = try languageCode(for: options)
        let count = configuration.vocabularySize
        if let token = options.suppressedTokens?.first(where: { $0 != -1 && !(0..<count).contains($0) }) {
            throw SpeechModelError.unknownToken(token, vocabularySize: count)
        }
    }

    /// The code of the wanted language; nil asks for detection. Throws for languages that the model does not know.
    public func languageCode(for options: TranscriptionOptions) throws -> String? {
        let vocabulary = decoder.vocabulary
        guard options.task == .transcribe || vocabulary.isMultilingual else {
            throw SpeechModelError.cannotTranslate
        }
        return try vocabulary.code(of: options.language)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
