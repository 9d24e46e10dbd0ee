/// Rules that lead back to themselves before any byte was matched: following them would never end.
enum LeftRecursion {
    /// The numbers of the rules of a cycle, in its order; nil where there is none.
    static func find(in grammar: Grammar) -> [Int]? {
        let callees = grammar.starts.map { firstCallees(from: $0, grammar) }
        var isDone = [Bool](repeating: false, count: callees.count)
        for root in callees.indices where !isDone[root] {
            // Depth first without recursion: the path, and how far each rule's callees are done.
            var path: [(rule: Int, next: Int)] = [(root, 0)]
            var isOnPath = [root: 0]
            while let (rule, next) = path.last {
                guard next < callees[rule].count else {
                    isDone[rule] = true
                    isOnPath[rule] = nil
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let callee = callees[rule][next]
                if let start = isOnPath[callee] { return path[start...].map(\.rule) }
                guard !isDone[callee] else { continue }
                isOnPath[callee] = path.count
                path.append((callee, 0))
            }
        }
        return nil
    }

    /// The rules that may be entered before the rule that begins at `start` has matched a byte.
    private static func firstCallees(from start: Int32, _ grammar: Grammar) -> [Int] {
        var callees: [Int] = []
        var seen: Set<Int32> = []
        var waiting = [start]
        while let number = waiting.popLast() {
            guard grammar.distances[Int(number)] < Grammar.infinity, seen.insert(number).inserted else { continue }
            switch grammar.nodes[Int(number)] {
            case .end, .match: break
            case .split(let range):
                waiting += grammar.targets[Int(range.lowerBound)..<Int(range.upperBound)]
            case .call(let rule, let next):
                callees.append(Int(rule))
                if grammar.distances[Int(grammar.starts[Int(rule)])] == 0 { waiting.append(next) }
            case .loop(let body, let minimum, _, let next):
                waiting.append(body)
                if minimum == 0 || grammar.distances[Int(body)] == 0 { waiting.append(next) }
            }
        }
        return callees
    }
}
