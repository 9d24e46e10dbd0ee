/// The tokens of a vocabulary by their bytes, as a tree that is laid out in the order in which it is walked.
///
/// Empty tokens are not in it: they would go on without an end.
public struct TokenTrie: Sendable {
    /// Of each node but the root, which has none: the byte that leads to it.
    let bytes: [UInt8]
    /// Bytes from the root; 1 for its children.
    let depths: [Int32]
    /// The first node after those below.
    let ends: [Int32]
    /// Where each node's tokens begin in `tokens`; one more than there are nodes.
    let tokenStarts: [Int32]
    let tokens: [Int32]
    /// The bytes of the longest token.
    let depth: Int
    /// One more than the highest id.
    public let vocabularySize: Int
    /// The node of each token, or -1.
    private let nodes: [Int32]
    /// The node above, -1 for children of the root.
    private let parents: [Int32]

    /// - Parameters:
    ///   - vocabularySize: ids lie below it.
    ///   - bytes: what a token stands for; nil or empty for tokens that no text is made of, as control tokens are.
    public init(vocabularySize: Int, bytes: (Int) -> [UInt8]?) {
        var entries: [(key: UInt64, bytes: [UInt8], id: Int32)] = []
        for id in 0..<vocabularySize {
            guard let token = bytes(id), !token.isEmpty else { continue }
            // The first eight bytes as a number decide most comparisons.
            var key: UInt64 = 0
            for place in 0..<8 { key = key << 8 | (place < token.count ? UInt64(token[place]) : 0) }
            entries.append((key, token, Int32(id)))
        }
        entries.sort { left, right in
            if left.key != right.key { return left.key < right.key }
            if left.bytes == right.bytes { return left.id < right.id }
            return left.bytes.lexicographicallyPrecedes(right.bytes)
        }

        var (nodeBytes, depths, ends, parents): ([UInt8], [Int32], [Int32], [Int32]) = ([], [], [], [])
        var (tokenStarts, tokens): ([Int32], [Int32]) = ([], [])
        var nodes = [Int32](repeating: -1, count: vocabularySize)
        var path: [Int32] = []
        var previous: [UInt8] = []
        func close(to count: Int) {
            for node in path[count...] { ends[Int(node)] = Int32(nodeBytes.count) }
            path.removeLast(path.count - count)
        }
        for entry in entries {
            let shared = zip(previous, entry.bytes).prefix { $0 == $1 }.count
            close(to: shared)
            for place in shared..<entry.bytes.count {
                parents.append(path.last ?? -1)
                path.append(Int32(nodeBytes.count))
                nodeBytes.append(entry.bytes[place])
                depths.append(Int32(place + 1))
                ends.append(0)
                tokenStarts.append(Int32(tokens.count))
            }
            nodes[Int(entry.id)] = path[path.count - 1]
            tokens.append(entry.id)
            previous = entry.bytes
        }
        close(to: 0)
        tokenStarts.append(Int32(tokens.count))
        (self.bytes, self.depths, self.ends, self.parents) = (nodeBytes, depths, ends, parents)
        (self.tokenStarts, self.tokens, self.nodes) = (tokenStarts, tokens, nodes)
        depth = Int(depths.max() ?? 0)
        self.vocabularySize = vocabularySize
    }

    /// What a token stands for; empty where it is not here.
    func bytes(of token: Int) -> [UInt8] {
        guard nodes.indices.contains(token) else { return [] }
        var (node, reversed) = (nodes[token], [UInt8]())
        while node >= 0 {
            reversed.append(bytes[Int(node)])
            node = parents[Int(node)]
        }
        return reversed.reversed()
    }
}
