import Grammars
import Synchronization
import Tokenizers

/// What was found out about a grammar while one text was written serves the next: which tokens may follow where.
final class ConstraintPool: Sendable {
    private struct State {
        /// The vocabulary as a tree, made when it is first needed.
        var tokens: TokenTrie?
        /// Of the last grammar that was used, those that nobody uses now.
        var idle: [GrammarConstraint] = []
    }

    private let tokenizer: any Tokenizer
    private let state = Mutex(State())

    init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

    /// A constraint at the beginning of a text, for one user; ``putBack(_:)`` takes it again.
    ///
    /// - Parameter endTokens: no text is made of them.
    func take(_ grammar: Grammar, endTokens: Set<Int>) throws -> GrammarConstraint {
        let (idle, tokens) = state.withLock { state in
            let idle = state.idle.popLast()
            let tokens =
                state.tokens
                ?? TokenTrie(vocabularySize: tokenizer.vocabularySize) { id in
                    tokenizer.isSpecial(id) ? nil : tokenizer.bytes(of: id)
                }
            state.tokens = tokens
            return (idle, tokens)
        }
        if let idle, idle.endTokens == endTokens, idle.grammar == grammar { return idle }
        return try GrammarConstraint(grammar, tokens: tokens, endTokens: endTokens)
    }

    func putBack(_ constraint: GrammarConstraint) {
        state.withLock { state in
            if state.idle.contains(where: { $0.grammar != constraint.grammar }) { state.idle = [] }
            if state.idle.count < 8 { state.idle.append(constraint) }
        }
    }
}
