/// One step of a compiled regular expression; numbers are places in the program or in its list of sets.
enum PatternInstruction: Sendable, Equatable {
    /// Takes one scalar of a set.
    case scalar(Int)
    /// Takes as many scalars of a set as there are; gives them back one by one.
    case run(Int)
    /// The same without giving back.
    case possessiveRun(Int)
    /// Goes on at the first place, and if that fails at the second.
    case fork(Int, Int)
    case jump(Int)
    /// What stands from here to its `match` is tried without taking anything; goes on at `next`.
    case look(isNegated: Bool, next: Int)
    case lookBehind([Int], isNegated: Bool)
    case atomic(next: Int)
    case anchor(PatternNode.Anchor)
    case match
}

/// Turns the parts of a regular expression into a program.
struct PatternCompiler {
    private(set) var program: [PatternInstruction] = []
    private(set) var sets: [ScalarSet] = []
    static let longestProgram = 20_000

    static func compile(_ node: PatternNode) throws(PatternError) -> PatternCompiler {
        var compiler = PatternCompiler()
        try compiler.add(node)
        try compiler.append(.match)
        return compiler
    }

    private mutating func append(_ instruction: PatternInstruction) throws(PatternError) {
        guard program.count < Self.longestProgram else {
            throw PatternError(part: "the pattern", reason: "more than \(Self.longestProgram) steps")
        }
        program.append(instruction)
    }

    private mutating func number(of set: ScalarSet) -> Int {
        if let known = sets.firstIndex(of: set) { return known }
        sets.append(set)
        return sets.count - 1
    }

    private mutating func add(_ node: PatternNode) throws(PatternError) {
        switch node {
        case .scalar(let set): try append(.scalar(number(of: set)))
        case .sequence(let parts): for part in parts { try add(part) }
        case .anchor(let anchor): try append(.anchor(anchor))
        case .alternatives(let parts):
            var jumps: [Int] = []
            for (index, part) in parts.enumerated() {
                guard index < parts.count - 1 else {
                    try add(part)
                    break
                }
                let fork = program.count
                try append(.fork(fork + 1, 0))
                try add(part)
                jumps.append(program.count)
                try append(.jump(0))
                program[fork] = .fork(fork + 1, program.count)
            }
            for jump in jumps { program[jump] = .jump(program.count) }
        case .lookahead(let part, let isNegated):
            try addInner(part) { .look(isNegated: isNegated, next: $0) }
        case .lookbehind(let parts, let isNegated):
            try append(.lookBehind(parts.map { number(of: $0) }, isNegated: isNegated))
        case .atomic(let part): try addInner(part) { .atomic(next: $0) }
        case .repetition(let part, let minimum, let maximum, let greed):
            try addRepetition(part, minimum, maximum, greed)
        }
    }

    /// A program of its own within the program.
    private mutating func addInner(
        _ part: PatternNode, _ instruction: (_ next: Int) -> PatternInstruction
    ) throws(PatternError) {
        let start = program.count
        try append(.match)
        try add(part)
        try append(.match)
        program[start] = instruction(program.count)
    }

    private mutating func addRepetition(
        _ part: PatternNode, _ minimum: Int, _ maximum: Int?, _ greed: PatternNode.Greed
    ) throws(PatternError) {
        if greed == .possessive {
            if case .scalar(let set) = part, maximum == nil {
                for _ in 0..<minimum { try add(part) }
                return try append(.possessiveRun(number(of: set)))
            }
            return try add(.atomic(.repetition(part, minimum: minimum, maximum: maximum, .greedy)))
        }
        for _ in 0..<minimum { try add(part) }
        let isGreedy = greed == .greedy
        guard let maximum else {
            if case .scalar(let set) = part, isGreedy { return try append(.run(number(of: set))) }
            let fork = program.count
            try append(.fork(0, 0))
            try add(part)
            try append(.jump(fork))
            program[fork] = isGreedy ? .fork(fork + 1, program.count) : .fork(program.count, fork + 1)
            return
        }
        var forks: [Int] = []
        for _ in minimum..<max(minimum, maximum) {
            forks.append(program.count)
            try append(.fork(0, 0))
            try add(part)
        }
        for fork in forks {
            program[fork] = isGreedy ? .fork(fork + 1, program.count) : .fork(program.count, fork + 1)
        }
    }
}
