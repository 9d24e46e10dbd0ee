/// Follows a grammar byte by byte: a pushdown automaton whose states are made when they are first reached.
///
/// A state is a set of configurations, each a place in the grammar with the stack of what is to come after its rule.
/// Stacks and states are numbered and stored once, so a state is a number, and going on from it by a byte is a look into
/// a table after the first time. Every state but ``dead`` can still be completed.
struct GrammarAutomaton: Sendable {
    /// The state that no text leads out of.
    static let dead: Int32 = -1
    private static let unknown: Int32 = -2

    /// What remains to be done when a rule or a repetition's body ends.
    private struct Frame: Hashable {
        /// Where a call goes on, or the repetition.
        var node: Int32
        /// How often the repetition's body was matched; -1 for a call.
        var count: Int32
        /// The frame below.
        var parent: Int32
    }

    /// A place at a byte to be matched, with its stack.
    private typealias Configuration = UInt64

    let grammar: Grammar
    private var frames: [Frame] = []
    /// The fewest bytes from the end of a frame's rule to the end of the text.
    private var frameDistances: [Int] = []
    private var frameNumbers: [Frame: Int32] = [:]
    private var configurations: [Configuration] = []
    private var configurationEnds: [Int] = []
    private var stateNumbers: [[Configuration]: Int32] = [:]
    /// The next state for each state and class of bytes.
    private var transitions: [Int32] = []
    private var stateDistances: [Int] = []

    /// Steps that were taken since ``beginWork()``.
    private var work = 0
    private let workLimit: Int

    /// Enough for every grammar that is not hostile, and less than a few seconds.
    static let usualWorkLimit = 4_000_000
    private static let largestTable = 1 << 25

    init(_ grammar: Grammar, workLimit: Int = usualWorkLimit) {
        self.grammar = grammar
        self.workLimit = workLimit
        clear()
    }

    private mutating func clear() {
        // The lowest frame ends the text.
        frames = [Frame(node: 0, count: -1, parent: -1)]
        frameDistances = [0]
        frameNumbers = [:]
        configurations = []
        configurationEnds = []
        stateNumbers = [:]
        transitions = []
        stateDistances = []
    }

    // MARK: Following

    /// Allows as many steps again as one token may take.
    mutating func beginWork() { work = 0 }

    /// The state before the first byte.
    mutating func start() throws(GrammarError) -> Int32 { try close([Self.configuration(grammar.starts[0], 0)]) }

    /// The state after one byte more.
    @inline(__always)
    mutating func state(after state: Int32, _ byte: UInt8) throws(GrammarError) -> Int32 {
        if state == Self.dead { return state }
        let place = Int(state) * grammar.classCount + Int(grammar.byteClasses[Int(byte)])
        let known = transitions[place]
        return known == Self.unknown ? try findState(after: state, place) : known
    }

    /// Whether the text may end here.
    func canEnd(_ state: Int32) -> Bool { state != Self.dead && stateDistances[Int(state)] == 0 }

    /// The fewest bytes that complete the text.
    func distance(_ state: Int32) -> Int { state == Self.dead ? Grammar.infinity : stateDistances[Int(state)] }

    /// Whether no byte may follow.
    func isFinal(_ state: Int32) -> Bool { state == Self.dead || configurations(of: state).isEmpty }

    private mutating func findState(after state: Int32, _ place: Int) throws(GrammarError) -> Int32 {
        let byteClass = UInt8(place % grammar.classCount)
        var seeds: [Configuration] = []
        for configuration in configurations(of: state) {
            if case .match(let set, let next) = grammar.nodes[Int(Self.node(configuration))],
                grammar.sets[Int(set)].contains(byteClass)
            {
                seeds.append(Self.configuration(next, Self.frame(configuration)))
            }
        }
        work += configurations(of: state).count
        guard work <= workLimit else { throw .tooAmbiguous(limit: workLimit) }
        let next = seeds.isEmpty ? Self.dead : try close(seeds)
        transitions[place] = next
        return next
    }

    private func configurations(of state: Int32) -> ArraySlice<Configuration> {
        configurations[(state == 0 ? 0 : configurationEnds[Int(state) - 1])..<configurationEnds[Int(state)]]
    }

    // MARK: Making states

    /// The state of everything that `seeds` lead to before a byte is matched.
    private mutating func close(_ seeds: [Configuration]) throws(GrammarError) -> Int32 {
        var waiting = seeds
        var seen = Seen()
        // Rounds of repetitions that begin here. Where a body can be empty, what follows the end of such a round can as
        // well follow its beginning, so a next round is not begun: there would be no end of them.
        var begun = Seen()
        var found: [Configuration] = []
        var distance = Grammar.infinity
        while let configuration = waiting.popLast() {
            let (node, frame) = (Self.node(configuration), Self.frame(configuration))
            guard grammar.distances[Int(node)] < Grammar.infinity, seen.insert(configuration) else { continue }
            work += 1
            guard work <= workLimit else { throw .tooAmbiguous(limit: workLimit) }
            switch grammar.nodes[Int(node)] {
            case .match:
                found.append(configuration)
                distance = min(
                    distance, GrammarDistances.sum(grammar.distances[Int(node)], frameDistances[Int(frame)]))
            case .split(let range):
                for target in grammar.targets[Int(range.lowerBound)..<Int(range.upperBound)] {
                    waiting.append(Self.configuration(target, frame))
                }
            case .call(let rule, let next):
                // A call at the end of a rule needs no frame of its own: recursion on the right stays flat.
                let below = next == 0 ? frame : push(Frame(node: next, count: -1, parent: frame))
                waiting.append(Self.configuration(grammar.starts[Int(rule)], below))
            case .loop(let body, let minimum, let maximum, let next):
                if minimum == 0 || grammar.distances[Int(body)] == 0 {
                    waiting.append(Self.configuration(next, frame))
                }
                let round = push(Frame(node: node, count: 0, parent: frame))
                _ = begun.insert(UInt64(round))
                if maximum > 0 { waiting.append(Self.configuration(body, round)) }
            case .end:
                guard frame != 0 else {
                    distance = 0
                    continue
                }
                endFrame(frame, &begun, &waiting)
            }
        }
        found.sort()
        return try number(of: found, distance)
    }

    private mutating func endFrame(_ frame: Int32, _ begun: inout Seen, _ waiting: inout [Configuration]) {
        let ended = frames[Int(frame)]
        guard ended.count >= 0 else {
            waiting.append(Self.configuration(ended.node, ended.parent))
            return
        }
        guard case .loop(let body, let minimum, let maximum, let next) = grammar.nodes[Int(ended.node)] else { return }
        let count = ended.count + 1
        if count >= minimum || grammar.distances[Int(body)] == 0 {
            waiting.append(Self.configuration(next, ended.parent))
        }
        let isEmptyRound = grammar.distances[Int(body)] == 0 && begun.contains(UInt64(frame))
        guard count < maximum, !isEmptyRound else { return }
        // Beyond the minimum an endless repetition need not count.
        let round = push(
            Frame(node: ended.node, count: maximum == .max ? min(count, minimum) : count, parent: ended.parent))
        _ = begun.insert(UInt64(round))
        waiting.append(Self.configuration(body, round))
    }

    private mutating func push(_ frame: Frame) -> Int32 {
        if let number = frameNumbers[frame] { return number }
        let number = Int32(frames.count)
        frames.append(frame)
        frameNumbers[frame] = number
        var distance = frameDistances[Int(frame.parent)]
        if case .loop(let body, let minimum, _, let next) = grammar.nodes[Int(frame.node)], frame.count >= 0 {
            let rounds = max(0, Int(minimum) - Int(frame.count) - 1)
            distance = GrammarDistances.sum(
                distance, GrammarDistances.product(rounds, grammar.distances[Int(body)]))
            distance = GrammarDistances.sum(distance, grammar.distances[Int(next)])
        } else {
            distance = GrammarDistances.sum(distance, grammar.distances[Int(frame.node)])
        }
        frameDistances.append(distance)
        return number
    }

    private mutating func number(of found: [Configuration], _ distance: Int) throws(GrammarError) -> Int32 {
        // Whether the text may end here belongs to the state, too.
        let key = found + [distance == 0 ? 1 : 0]
        if let number = stateNumbers[key] { return number }
        if found.isEmpty, distance > 0 { return Self.dead }
        guard transitions.count < Self.largestTable else { throw .tooAmbiguous(limit: workLimit) }
        let number = Int32(stateDistances.count)
        stateNumbers[key] = number
        configurations += found
        configurationEnds.append(configurations.count)
        transitions += repeatElement(Self.unknown, count: grammar.classCount)
        stateDistances.append(distance)
        return number
    }

    // MARK: Memory

    /// Whether so much was stored that it is better to begin anew.
    var isCrowded: Bool {
        transitions.count > 1 << 22 || configurations.count > 1 << 21 || frames.count > 1 << 20
    }

    /// Forgets all states but one; gives its new number.
    mutating func forgetAll(but state: Int32) throws(GrammarError) -> Int32 {
        let (oldFrames, kept) = (frames, Array(configurations(of: state)))
        let distance = stateDistances[Int(state)]
        clear()
        var renumbered: [Int32: Int32] = [0: 0]
        var found: [Configuration] = []
        for configuration in kept {
            // From the lowest frame that is not here yet to the one on top.
            var chain: [Int32] = []
            var frame = Self.frame(configuration)
            while renumbered[frame] == nil {
                chain.append(frame)
                frame = oldFrames[Int(frame)].parent
            }
            for old in chain.reversed() {
                var copy = oldFrames[Int(old)]
                copy.parent = renumbered[copy.parent] ?? 0
                renumbered[old] = push(copy)
            }
            found.append(Self.configuration(Self.node(configuration), renumbered[Self.frame(configuration)] ?? 0))
        }
        found.sort()
        return try number(of: found, distance)
    }

    private static func configuration(_ node: Int32, _ frame: Int32) -> Configuration {
        UInt64(UInt32(bitPattern: node)) << 32 | UInt64(UInt32(bitPattern: frame))
    }
    private static func node(_ configuration: Configuration) -> Int32 { Int32(truncatingIfNeeded: configuration >> 32) }
    private static func frame(_ configuration: Configuration) -> Int32 { Int32(truncatingIfNeeded: configuration) }
}

/// A set that is small most of the time.
private struct Seen {
    private var few: [UInt64] = []
    private var many: Set<UInt64> = []

    func contains(_ value: UInt64) -> Bool { many.isEmpty ? few.contains(value) : many.contains(value) }

    /// Whether it is new.
    mutating func insert(_ value: UInt64) -> Bool {
        if !many.isEmpty { return many.insert(value).inserted }
        if few.contains(value) { return false }
        few.append(value)
        if few.count == 24 { many = Set(few) }
        return true
    }
}
