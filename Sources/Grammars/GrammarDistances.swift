/// The fewest bytes from each node to the end of its rule (Knuth 1977, "A generalization of Dijkstra's algorithm").
///
/// Nodes are settled from near to far. A node is looked at again each time that one it depends on is settled; what it
/// costs is a sum or a minimum of what it depends on, never less than any part of it, so the nearest is final.
enum GrammarDistances {
    static func compute(_ grammar: Grammar) -> [Int] {
        var distances = [Int](repeating: Grammar.infinity, count: grammar.nodes.count)
        var isSettled = [Bool](repeating: false, count: grammar.nodes.count)
        let users = users(in: grammar)
        var waiting = NearestFirst()
        waiting.insert(node: 0, distance: 0)
        while let (node, distance) = waiting.popNearest() {
            guard !isSettled[node] else { continue }
            isSettled[node] = true
            distances[node] = distance
            for user in users[node] where !isSettled[user] {
                let candidate = cost(of: grammar.nodes[user], grammar, distances, settled: distance)
                if candidate < Grammar.infinity { waiting.insert(node: user, distance: candidate) }
            }
        }
        return distances
    }

    /// A node's distance, now that a part of it is settled; infinite while another part is not.
    private static func cost(
        of node: Grammar.Node, _ grammar: Grammar, _ distances: [Int], settled: Int
    ) -> Int {
        switch node {
        case .end: 0
        case .match(_, let next): sum(1, distances[Int(next)])
        // The first of its ways to be settled is the shortest.
        case .split: settled
        case .call(let rule, let next): sum(distances[Int(grammar.starts[Int(rule)])], distances[Int(next)])
        case .loop(let body, let minimum, _, let next):
            sum(product(Int(minimum), distances[Int(body)]), distances[Int(next)])
        }
    }

    static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? Grammar.infinity : sum
    }

    static func product(_ count: Int, _ distance: Int) -> Int {
        if count == 0 { return 0 }
        let (product, overflow) = count.multipliedReportingOverflow(by: distance)
        return overflow ? Grammar.infinity : product
    }

    /// Of each node, those whose distance depends on it.
    private static func users(in grammar: Grammar) -> [[Int]] {
        var users = [[Int]](repeating: [], count: grammar.nodes.count)
        for (number, node) in grammar.nodes.enumerated() {
            switch node {
            case .end: break
            case .match(_, let next): users[Int(next)].append(number)
            case .split(let range):
                for target in grammar.targets[Int(range.lowerBound)..<Int(range.upperBound)] {
                    users[Int(target)].append(number)
                }
            case .call(let rule, let next):
                users[Int(grammar.starts[Int(rule)])].append(number)
                users[Int(next)].append(number)
            case .loop(let body, _, _, let next):
                users[Int(body)].append(number)
                users[Int(next)].append(number)
            }
        }
        return users
    }
}

/// A binary heap of nodes by distance.
private struct NearestFirst {
    private var entries: [(node: Int, distance: Int)] = []

    mutating func insert(node: Int, distance: Int) {
        entries.append((node, distance))
        var place = entries.count - 1
        while place > 0, entries[place].distance < entries[(place - 1) / 2].distance {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func popNearest() -> (node: Int, distance: Int)? {
        guard let nearest = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return nearest }
        entries[0] = last
        var place = 0
        while true {
            var smallest = place
            for child in [2 * place + 1, 2 * place + 2] where child < entries.count {
                if entries[child].distance < entries[smallest].distance { smallest = child }
            }
            guard smallest != place else { return nearest }
            entries.swapAt(place, smallest)
            place = smallest
        }
    }
}
