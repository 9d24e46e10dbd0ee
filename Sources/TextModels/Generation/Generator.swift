public import Checkpoints
import Foundation
import Synchronization

/// Continues texts with a language model. One loaded generator serves any number of prompts, at the same time too.
///
/// ```swift
/// let generator = try Generator(ModelFolder(URL(filePath: "stories260K")))
/// for try await event in generator.generate("Once upon a time") {
///     if case .text(let text) = event { print(text, terminator: "") }
/// }
/// ```
public final class Generator: Sendable {
    public enum Event: Sendable {
        /// More of the text: whole characters, and never a part of a stop string.
        case text(String)
        /// The text is done.
        case finished(Generation)
    }

    public let model: LanguageModel

    public init(_ model: LanguageModel) { self.model = model }

    /// Loads a model; throws with every reason why its files do not fit together.
    public convenience init(_ folder: ModelFolder) throws { self.init(try LanguageModel(folder)) }

    /// Continues `prompt`.
    ///
    /// The work is done on a thread of its own, not on those of Swift's concurrency, and stops before the next token when
    /// the stream is dropped or its task cancelled.
    ///
    /// - Parameter options: with the sampling that the model recommends where nil.
    public func generate(
        _ prompt: String, options: GenerationOptions? = nil
    ) -> AsyncThrowingStream<Event, any Error> { generate(.text(prompt), options: options) }

    /// The same for any prompt.
    ///
    /// - Parameter cache: what this model has read before; what `prompt` has in common with it is not read again.
    public func generate(
        _ prompt: Prompt, options: GenerationOptions? = nil, cache: PromptCache? = nil
    ) -> AsyncThrowingStream<Event, any Error> {
        let options = options ?? GenerationOptions(sampling: model.recommendedSampling)
        let isCancelled = CancellationFlag()
        let cache = cache ?? PromptCache(model)
        return AsyncThrowingStream { continuation in
            continuation.onTermination = { _ in isCancelled.set() }
            let thread = Thread { [model] in
                do {
                    var pass = try GenerationPass(model, prompt: prompt, options: options)
                    let generation = try cache.state.withLock { read in
                        try pass.run(
                            reading: &read, emit: { continuation.yield(.text($0)) },
                            checkCancellation: { if isCancelled.isSet { throw CancellationError() } })
                    }
                    continuation.yield(.finished(generation))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            thread.name = "generator"
            thread.start()
        }
    }
}

private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
