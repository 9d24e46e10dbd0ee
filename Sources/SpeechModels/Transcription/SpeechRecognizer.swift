public import Audio
public import Checkpoints
import Foundation
import Synchronization

/// What happens while a recording is heard.
public enum RecognitionEvent: Sendable {
    /// A phrase is finished.
    case segment(TranscriptSegment)
    /// A part was left out or is heard again.
    case decision(TranscriptDecision)
    /// So many seconds of the recording are done.
    case progress(Double)
    /// The recording is done.
    case finished(Transcript)
}

/// A model that writes down what is said, whatever its architecture is. One serves any number of recordings, at the same
/// time too.
public protocol SpeechRecognizer: Sendable {
    /// The kind of model, for reports.
    var architecture: String { get }
    /// Seconds that loading took.
    var loadTime: Double { get }

    /// Transcribes `audio`, which must come at ``Transcriber/sampleRate``; memory does not grow with its length.
    ///
    /// The work is done on a thread of its own, not on those of Swift's concurrency, and stops soon after the stream is
    /// dropped or its task cancelled.
    func transcribe(
        _ audio: AudioStream, options: TranscriptionOptions
    ) -> AsyncThrowingStream<RecognitionEvent, any Error>

    /// When the words of `lines` are spoken in `audio`, which holds nothing else and comes at ``Transcriber/sampleRate``.
    ///
    /// - Parameters:
    ///   - options: of which only the language counts.
    ///   - progress: told how many seconds have been heard.
    func align(
        _ lines: [String], with audio: AudioStream, options: TranscriptionOptions, progress: (Double) -> Void,
        checkCancellation: () throws -> Void
    ) throws -> TextAlignment

    /// Writes down sound while it comes.
    func makeStream(options: TranscriptionOptions, settings: SpeechStreamSettings) -> any SpeechStream

    /// Throws what this model cannot do of what `options` ask.
    func validate(_ options: TranscriptionOptions) throws

    /// The code of the wanted language; nil where the model finds out, or does not know. Throws for one that it cannot write.
    func languageCode(for options: TranscriptionOptions) throws -> String?
}

extension SpeechRecognizer {
    /// Runs `body` on a thread of its own and gives what it emits.
    func events(
        _ body:
            @escaping @Sendable (
                _ emit: (RecognitionEvent) -> Void, _ checkCancellation: () throws -> Void
            ) throws -> Void
    ) -> AsyncThrowingStream<RecognitionEvent, any Error> {
        let isCancelled = CancellationFlag()
        return AsyncThrowingStream { continuation in
            continuation.onTermination = { _ in isCancelled.set() }
            let thread = Thread {
                do {
                    try body({ continuation.yield($0) }, { if isCancelled.isSet { throw CancellationError() } })
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            thread.name = "transcriber"
            thread.start()
        }
    }
}

/// Loads the model of a folder, whichever kind it is.
///
/// - Parameters:
///   - voiceActivityDetector: finds the silences that ``TranscriptionOptions/detectsVoiceActivity`` leaves out.
///   - languageModel: has a say in what a model spells; Whisper has one of its own, and refuses it.
///   - adapter: what a Whisper's linear layers have beside their weights.
///   - strength: multiplies what the adapter adds.
public func loadSpeechRecognizer(
    _ folder: ModelFolder, voiceActivityDetector: any VoiceActivityDetector = StatisticalDetector(),
    languageModel: LanguageModelFusion? = nil, adapter: AdapterFolder? = nil, strength: Float = 1
) throws -> any SpeechRecognizer {
    struct Kind: Decodable {
        let modelType: String?

        enum CodingKeys: String, CodingKey { case modelType = "model_type" }
    }
    if CTCFiles.isOne(try folder.decode(Kind.self, from: "config.json")?.modelType) {
        guard adapter == nil else { throw SpeechModelError.noAdapter(model: folder.url.path) }
        return try CTCTranscriber(
            folder, voiceActivityDetector: voiceActivityDetector, languageModel: languageModel)
    }
    guard languageModel == nil else { throw SpeechModelError.noLanguageModel }
    return try Transcriber(
        folder, voiceActivityDetector: voiceActivityDetector, adapter: adapter, strength: strength)
}

private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
