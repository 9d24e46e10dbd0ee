/// All tokens that a text begins with, from the shortest to the longest: a trie over bytes.
struct TokenTrie: Sendable {
    private struct Node: Sendable {
        /// Its children stand one after the other, in the order of their bytes.
        var firstChild: Int32 = 0
        var childCount: Int32 = 0
        /// The token that ends here, or -1.
        var token: Int32 = -1
    }

    private var nodes: [Node] = [Node()]
    /// The byte that leads to each node.
    private var bytes: [UInt8] = [0]
    /// The nodes of the first byte, or -1: most searches end here or one step later.
    private var roots = [Int32](repeating: -1, count: 256)

    /// The numbers of `tokens` are what is found; an empty token is found nowhere.
    init(_ tokens: ByteStringTable) {
        let order = (0..<tokens.count).sorted { tokens[$0].lexicographicallyPrecedes(tokens[$1]) }
        var waiting: [(node: Int, range: Range<Int>, depth: Int)] = [(0, order.indices, 0)]
        var next = 0
        // In width, so that children stand together.
        while next < waiting.count {
            var (node, range, depth) = waiting[next]
            next += 1
            while let first = range.first, tokens[order[first]].count == depth {
                if depth > 0 { nodes[node].token = Int32(order[first]) }
                range = range.dropFirst()
            }
            guard !range.isEmpty else { continue }
            nodes[node].firstChild = Int32(nodes.count)
            var start = range.lowerBound
            while start < range.upperBound {
                let byte = tokens[order[start]].byte(depth)
                var end = start + 1
                while end < range.upperBound, tokens[order[end]].byte(depth) == byte { end += 1 }
                if node == 0 { roots[Int(byte)] = Int32(nodes.count) }
                waiting.append((nodes.count, start..<end, depth + 1))
                nodes.append(Node())
                bytes.append(byte)
                nodes[node].childCount += 1
                start = end
            }
        }
    }

    /// Calls `body` with each token that stands at `start` of `text`, and where it ends.
    @inline(__always)
    func forEachPrefix(of text: ArraySlice<UInt8>, from start: Int, _ body: (_ token: Int, _ end: Int) -> Void) {
        var node = Int(roots[Int(text[start])])
        var index = start + 1
        while node >= 0 {
            let found = nodes[node]
            if found.token >= 0 { body(Int(found.token), index) }
            guard index < text.endIndex, found.childCount > 0 else { return }
            node = child(of: found, text[index])
            index += 1
        }
    }

    private func child(of node: Node, _ byte: UInt8) -> Int {
        var low = Int(node.firstChild)
        var high = low + Int(node.childCount)
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if bytes[middle] < byte { low = middle + 1 } else { high = middle }
        }
        return low < end && bytes[low] == byte ? low : -1
    }
}

extension ArraySlice<UInt8> {
    fileprivate func byte(_ offset: Int) -> UInt8 { self[startIndex + offset] }
}
