import Synchronization
import Tensors

/// What a model has read, kept from one text to the next: what the next prompt has in common with it does not go through the
/// model again. Of a conversation only what is new is read, and a prompt with several continuations once.
///
/// One text at a time is written with it; another waits.
public final class PromptCache: Sendable {
    let state: Mutex<ReadTokens>

    public init(_ model: LanguageModel) { state = Mutex(ReadTokens(model)) }

    init(model: LanguageModel, tokens: [Int], makePast: () throws -> LanguageModelPast) rethrows {
        state = Mutex(ReadTokens(model, tokens: tokens, past: try makePast()))
    }

    /// What was read last.
    public var tokens: [Int] { state.withLock { $0.tokens } }
}
