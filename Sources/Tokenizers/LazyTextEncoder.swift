import Synchronization

/// The encoder of a tokenizer, made when the first text is encoded; what was merged before is remembered.
final class LazyTextEncoder: Sendable {
    private enum State: Sendable {
        case notNeededYet(TokenizerDescription)
        case ready(TextEncoder)
        case failed(TokenizerError)
    }

    private let state: Mutex<State>
    /// Taken out by the call that uses it; one that comes meanwhile begins with an empty one.
    private let cache = Mutex(WordCache())

    init(_ description: TokenizerDescription) {
        state = Mutex(.notNeededYet(description))
    }

    /// - Throws: if the merges turn out to be damaged when they are read, at the first call.
    func encode(_ text: String, plain: PlainText? = nil) throws(TokenizerError) -> [Int] {
        let encoder = try encoder()
        var words = cache.withLock { cache in
            let taken = cache
            cache = WordCache()
            return taken
        }
        let ids = try encoder.encode(Array(text.utf8), plain: plain, cache: &words)
        let used = words
        cache.withLock { cache in
            if cache.count < used.count { cache = used }
        }
        return ids
    }

    private func encoder() throws(TokenizerError) -> TextEncoder {
        try state.withLock { state throws(TokenizerError) in
            switch state {
            case .ready(let encoder): return encoder
            case .failed(let error): throw error
            case .notNeededYet(let description):
                do throws(TokenizerError) {
                    let encoder = try TextEncoder(description)
                    state = .ready(encoder)
                    return encoder
                } catch {
                    state = .failed(error)
                    throw error
                }
            }
        }
    }
}
