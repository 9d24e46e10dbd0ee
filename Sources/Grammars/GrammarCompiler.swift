/// Turns expressions into the nodes of a ``Grammar``, each expression from its end to its beginning.
struct GrammarCompiler {
    static let partLimit = 500_000

    private(set) var grammar = Grammar()
    /// Of the rules, in the order of their numbers: the root is 0.
    private(set) var names: [String]
    private var numbers: [String: Int32] = [:]
    private var byteSets: [ByteSet] = []
    private var setNumbers: [ByteSet: Int32] = [:]

    init(_ names: [String]) { self.names = names }

    mutating func compile(
        _ rules: [(name: String, expression: GrammarExpression)], root: String
    ) throws(GrammarError) {
        guard let first = rules.firstIndex(where: { $0.name == root }) else { throw .noRule(root) }
        var rules = rules
        rules.swapAt(0, first)
        names = rules.map(\.name)
        for (number, name) in names.enumerated() { numbers[name] = Int32(number) }
        grammar.nodes = [.end]
        for rule in rules {
            grammar.starts.append(try compile(rule.expression, next: 0, of: rule.name))
        }
        classifyBytes()
    }

    private mutating func compile(
        _ expression: GrammarExpression, next: Int32, of rule: String
    ) throws(GrammarError) -> Int32 {
        switch expression {
        case .literal(let bytes):
            var next = next
            for byte in bytes.reversed() { next = try match(ByteSet(byte...byte), next: next) }
            return next
        case .scalar(let set): return try compile(set, next: next)
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try compile(part, next: next, of: rule) }
            return next
        case .choice(let choices):
            var entries: [Int32] = []
            for choice in choices { entries.append(try compile(choice, next: next, of: rule)) }
            return try split(entries)
        case .repetition(let body, let minimum, let maximum):
            return try compile(body, minimum: minimum, maximum: maximum, next: next, of: rule)
        case .reference(let name):
            guard let number = numbers[name] else { throw .undefinedRule(name, usedBy: rule) }
            return try add(.call(rule: number, next: next))
        }
    }

    private mutating func compile(_ set: ScalarSet, next: Int32) throws(GrammarError) -> Int32 {
        var entries: [Int32] = []
        var single: ByteSet?
        for sequence in UTF8Sequences.of(set) {
            if sequence.count == 1 {
                single = single ?? ByteSet()
                single?.formUnion(ByteSet(sequence[0]))
                continue
            }
            var next = next
            for range in sequence.reversed() { next = try match(ByteSet(range), next: next) }
            entries.append(next)
        }
        if let single { entries.insert(try match(single, next: next), at: 0) }
        return try split(entries)
    }

    private mutating func compile(
        _ body: GrammarExpression, minimum: Int, maximum: Int?, next: Int32, of rule: String
    ) throws(GrammarError) -> Int32 {
        precondition(minimum >= 0 && minimum <= maximum ?? minimum, "a repetition of \(minimum) to \(maximum ?? -1)")
        switch (minimum, maximum) {
        case (_, 0): return next
        case (1, 1): return try compile(body, next: next, of: rule)
        case (0, 1): return try split([compile(body, next: next, of: rule), next])
        case (0, nil), (1, nil):
            // No need to count: the way back leads to a fork.
            let fork = try add(.split(0..<0))
            let entry = try compile(body, next: fork, of: rule)
            grammar.nodes[Int(fork)] = .split(addTargets([entry, next]))
            return minimum == 0 ? fork : entry
        default:
            let entry = try compile(body, next: 0, of: rule)
            return try add(
                .loop(
                    body: entry, minimum: Int32(clamping: minimum), maximum: Int32(clamping: maximum ?? .max),
                    next: next))
        }
    }

    private mutating func split(_ entries: [Int32]) throws(GrammarError) -> Int32 {
        if entries.count == 1 { return entries[0] }
        return try add(.split(addTargets(entries)))
    }

    private mutating func addTargets(_ entries: [Int32]) -> Range<Int32> {
        let start = Int32(grammar.targets.count)
        grammar.targets += entries
        return start..<Int32(grammar.targets.count)
    }

    private mutating func match(_ set: ByteSet, next: Int32) throws(GrammarError) -> Int32 {
        let number = setNumbers[set] ?? Int32(byteSets.count)
        if Int(number) == byteSets.count {
            setNumbers[set] = number
            byteSets.append(set)
        }
        return try add(.match(set: number, next: next))
    }

    private mutating func add(_ node: Grammar.Node) throws(GrammarError) -> Int32 {
        guard grammar.nodes.count < Self.partLimit, grammar.targets.count < Self.partLimit else {
            throw .tooLarge(parts: max(grammar.nodes.count, grammar.targets.count) + 1, limit: Self.partLimit)
        }
        grammar.nodes.append(node)
        return Int32(grammar.nodes.count - 1)
    }

    /// Numbers the classes of bytes that all sets treat alike, and writes the sets in them.
    private mutating func classifyBytes() {
        var classes = [Int](repeating: 0, count: 256)
        var count = 1
        for set in byteSets {
            // Old class → the class of its bytes that are in the set.
            var inside: [Int: Int] = [:]
            var sizes = [Int: (inside: Int, all: Int)]()
            for byte in 0..<256 {
                sizes[classes[byte], default: (0, 0)].all += 1
                if set.contains(UInt8(byte)) { sizes[classes[byte]]?.inside += 1 }
            }
            for byte in 0..<256 where set.contains(UInt8(byte)) {
                let old = classes[byte]
                guard let size = sizes[old], size.inside < size.all else { continue }
                if inside[old] == nil {
                    inside[old] = count
                    count += 1
                }
                classes[byte] = inside[old] ?? old
            }
        }
        grammar.byteClasses = classes.map(UInt8.init)
        grammar.classCount = count
        grammar.sets = byteSets.map { set in
            var mapped = ByteSet()
            for byte in 0..<256 where set.contains(UInt8(byte)) { mapped.insert(UInt8(classes[byte])) }
            return mapped
        }
    }
}
