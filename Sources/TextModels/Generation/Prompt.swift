/// What a model is to continue.
public enum Prompt: Sendable, Equatable {
    /// The tokenizer's special tokens go before it.
    case text(String)
    /// Tokens as they stand, such as those of a conversation.
    case tokens([Int])

    var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .tokens(let tokens): tokens.isEmpty
        }
    }
}
