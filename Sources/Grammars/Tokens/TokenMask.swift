/// Which tokens may come next.
struct TokenMask: Sendable, Equatable {
    private var words: [UInt64]
    private(set) var count = 0
    /// The most bytes that may be needed to complete the text after one of them.
    private(set) var largestDistance = 0
    /// The fewest.
    private(set) var smallestDistance = Grammar.infinity

    init(vocabularySize: Int) { words = Array(repeating: 0, count: (vocabularySize + 63) / 64) }

    var byteCount: Int { words.count * 8 }

    func contains(_ token: Int) -> Bool {
        token >= 0 && token >> 6 < words.count && words[token >> 6] >> UInt64(token & 63) & 1 == 1
    }

    mutating func insert(_ tokens: ArraySlice<Int32>, distance: Int) {
        for token in tokens { words[Int(token >> 6)] |= 1 << UInt64(token & 63) }
        count += tokens.count
        largestDistance = max(largestDistance, distance)
        smallestDistance = min(smallestDistance, distance)
    }

    /// Forbids all others but `kept`.
    func restrict(_ logits: inout [Float], keeping kept: Set<Int>) {
        let saved = kept.filter(logits.indices.contains).map { ($0, logits[$0]) }
        for token in logits.indices {
            let word = token >> 6
            if word >= words.count || words[word] >> UInt64(token & 63) & 1 == 0 { logits[token] = -.infinity }
        }
        for (token, logit) in saved { logits[token] = logit }
    }
}

extension GrammarAutomaton {
    /// The tokens of `trie` that lead from `state` to one that can be completed with `budget` bytes.
    ///
    /// - Parameter droppingSpace: whether a token's first byte, if it is a space, is no part of the text.
    mutating func mask(
        from state: Int32, _ trie: TokenTrie, budget: Int = Grammar.infinity - 1, droppingSpace: Bool = false
    ) throws(GrammarError) -> TokenMask {
        var mask = TokenMask(vocabularySize: trie.vocabularySize)
        var states = [Int32](repeating: state, count: trie.depth + 1)
        var node = 0
        while node < trie.bytes.count {
            let depth = Int(trie.depths[node])
            let isDropped = droppingSpace && depth == 1 && trie.bytes[node] == UInt8(ascii: " ")
            let next = isDropped ? state : try self.state(after: states[depth - 1], trie.bytes[node])
            guard next != Self.dead else {
                node = Int(trie.ends[node])
                continue
            }
            states[depth] = next
            let (start, end) = (Int(trie.tokenStarts[node]), Int(trie.tokenStarts[node + 1]))
            if start < end, !isDropped {
                let distance = distance(next)
                if distance <= budget { mask.insert(trie.tokens[start..<end], distance: distance) }
            }
            node += 1
        }
        return mask
    }
}
