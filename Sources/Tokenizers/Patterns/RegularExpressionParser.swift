/// The parts of a regular expression.
indirect enum PatternNode: Sendable, Equatable {
    enum Anchor: Sendable, Equatable {
        case startOfText, endOfText, endOfTextOrLastNewline, startOfLine, endOfLine, wordBoundary, noWordBoundary
    }

    enum Greed: Sendable, Equatable { case greedy, lazy, possessive }

    case scalar(ScalarSet)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repetition(PatternNode, minimum: Int, maximum: Int?, Greed)
    case lookahead(PatternNode, isNegated: Bool)
    /// What stands before, scalar by scalar.
    case lookbehind([ScalarSet], isNegated: Bool)
    /// `(?>…)`: once it has matched, no other way to match it is tried.
    case atomic(PatternNode)
    case anchor(Anchor)

    /// Whether it can match without taking anything.
    var canBeEmpty: Bool {
        switch self {
        case .scalar: false
        case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
        case .alternatives(let parts): parts.contains(where: \.canBeEmpty)
        case .repetition(let part, let minimum, _, _): minimum == 0 || part.canBeEmpty
        case .lookahead, .lookbehind, .anchor: true
        case .atomic(let part): part.canBeEmpty
        }
    }
}

/// Why a regular expression cannot be used.
struct PatternError: Error, Equatable {
    /// The part that is meant.
    let part: String
    /// What it is, and what would do.
    let reason: String
}

/// Reads a regular expression as Oniguruma does, with its default syntax: Hugging Face `tokenizers` matches with that
/// library. What is not known here is refused by name.
struct RegularExpressionParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    static let longestPattern = 65_536
    private static let maximumDepth = 64
    static let maximumRepetitions = 1000

    static func parse(_ pattern: String) throws(PatternError) -> PatternNode {
        guard pattern.utf8.count <= longestPattern else {
            throw PatternError(part: "the pattern", reason: "longer than \(longestPattern) bytes")
        }
        var parser = RegularExpressionParser(scalars: Array(pattern.unicodeScalars))
        let node = try parser.alternatives()
        guard parser.position == parser.scalars.count else {
            throw PatternError(part: ")", reason: "closes no group")
        }
        return node
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private func part(from start: Int) -> String {
        var part = ""
        part.unicodeScalars.append(contentsOf: scalars[start..<min(position, scalars.count)])
        return part
    }

    // MARK: Alternatives, sequences, repetitions

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        var all: [PatternNode] = []
        repeat { all.append(try sequence()) } while take("|")
        return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        var folded: Unicode.Scalar?
        while let scalar = next, scalar != "|", scalar != ")" {
            let start = position
            let part = try atom()
            // Oniguruma takes "ß" for "ss" and the like when it ignores case; this module does not.
            if ignoresCase, position == start + 1 {
                let pair = [folded, scalar].compactMap { $0?.properties.lowercaseMapping }.joined()
                guard !["ss", "st", "ff", "fi", "fl"].contains(pair) else {
                    throw PatternError(part: pair, reason: "without regard to case it would match ligatures, too")
                }
                folded = scalar
            } else {
                folded = nil
            }
            guard let part else { continue }
            parts.append(try repeated(part, from: start))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repeated(_ atom: PatternNode, from start: Int) throws(PatternError) -> PatternNode {
        var node = atom
        while true {
            let bounds: (minimum: Int, maximum: Int?)
            var isInterval = false
            if take("*") {
                bounds = (0, nil)
            } else if take("+") {
                bounds = (1, nil)
            } else if take("?") {
                bounds = (0, 1)
            } else if let interval = try interval() {
                bounds = interval
                isInterval = true
            } else {
                return node
            }
            var greed = PatternNode.Greed.greedy
            if take("?") {
                greed = .lazy
            } else if !isInterval, take("+") {
                // After an interval "+" is another repetition.
                greed = .possessive
            }
            if bounds.maximum == nil, node.canBeEmpty {
                throw PatternError(part: part(from: start), reason: "repeats without end what may be empty")
            }
            node = .repetition(node, minimum: bounds.minimum, maximum: bounds.maximum, greed)
        }
    }

    /// `{n}`, `{n,}`, `{,m}`, `{n,m}`; nil, and nothing taken, if the brace is none of these and so stands for itself.
    private mutating func interval() throws(PatternError) -> (minimum: Int, maximum: Int?)? {
        let start = position
        guard take("{") else { return nil }
        let low = number()
        let hasComma = take(",")
        let high = hasComma ? number() : low
        guard take("}"), low != nil || high != nil else {
            position = start
            return nil
        }
        guard max(low ?? 0, high ?? 0) <= Self.maximumRepetitions, (low ?? 0) <= (high ?? .max) else {
            throw PatternError(
                part: part(from: start), reason: "supported: in order, at most \(Self.maximumRepetitions)")
        }
        return (low ?? 0, high)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit) {
            position += 1
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), Self.maximumRepetitions + 1)
        }
        return value
    }

    // MARK: Atoms

    /// Nil for what only sets an option.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let start = position
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[":
            position -= 1
            return .scalar(try set())
        case ".": return .scalar(.anyButNewline)
        case "^": return .anchor(.startOfLine)
        case "$": return .anchor(.endOfLine)
        case "*", "+", "?": throw PatternError(part: String(scalar), reason: "repeats nothing")
        case "\\":
            switch next {
            case "A":
                position += 1
                return .anchor(.startOfText)
            case "z":
                position += 1
                return .anchor(.endOfText)
            case "Z":
                position += 1
                return .anchor(.endOfTextOrLastNewline)
            case "b":
                position += 1
                return .anchor(.wordBoundary)
            case "B":
                position += 1
                return .anchor(.noWordBoundary)
            case "w":
                position += 1
                return .scalar(try caseSet(.words, from: start))
            case "W":
                position += 1
                var others = ScalarSet.words
                others.invert()
                return .scalar(try caseSet(others, from: start))
            default: return .scalar(try caseSet(try escape(), from: start))
            }
        default: return .scalar(try caseSet(ScalarSet(scalar), from: start))
        }
    }

    private func caseSet(_ set: ScalarSet, from start: Int) throws(PatternError) -> ScalarSet {
        guard ignoresCase else { return set }
        var folded = set
        guard folded.ignoreCase() else {
            throw PatternError(part: part(from: start), reason: "without regard to case only ASCII is supported")
        }
        return folded
    }

    private mutating func group(from start: Int) throws(PatternError) -> PatternNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw PatternError(part: "(", reason: "more than \(Self.maximumDepth) groups in one another")
        }
        let outerCase = ignoresCase
        var wrap: (PatternNode) throws(PatternError) -> PatternNode = { $0 }
        if take("?") {
            if take(":") {
                // Only keeps together.
            } else if take("=") {
                wrap = { .lookahead($0, isNegated: false) }
            } else if take("!") {
                wrap = { .lookahead($0, isNegated: true) }
            } else if take("<=") {
                wrap = { node throws(PatternError) in .lookbehind(try Self.lookbehind(node), isNegated: false) }
            } else if take("<!") {
                wrap = { node throws(PatternError) in .lookbehind(try Self.lookbehind(node), isNegated: true) }
            } else if take(">") {
                wrap = { .atomic($0) }
            } else if take("i:") {
                ignoresCase = true
            } else if take("-i:") {
                ignoresCase = false
            } else if start == 0, take("i)") {
                ignoresCase = true
                return nil
            } else {
                position += 2
                throw PatternError(
                    part: part(from: start),
                    reason: "supported: (?:…) (?=…) (?!…) (?<=…) (?<!…) (?>…) (?i:…), and (?i) at the front")
            }
        }
        let inside = try alternatives()
        ignoresCase = outerCase
        guard take(")") else { throw PatternError(part: part(from: start), reason: "a group that is not closed") }
        return try wrap(inside)
    }

    private static func lookbehind(_ node: PatternNode) throws(PatternError) -> [ScalarSet] {
        let parts: [PatternNode] = if case .sequence(let parts) = node { parts } else { [node] }
        var sets: [ScalarSet] = []
        for part in parts {
            guard case .scalar(let set) = part else {
                throw PatternError(part: "(?<", reason: "supported: a look back at single characters")
            }
            sets.append(set)
        }
        return sets
    }

    // MARK: Sets and escapes

    /// `[…]`, also in one another.
    private mutating func set() throws(PatternError) -> ScalarSet {
        let start = position
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth, take("[") else {
            throw PatternError(part: "[", reason: "more than \(Self.maximumDepth) groups in one another")
        }
        let isNegated = take("^")
        var set = ScalarSet()
        // A bracket that closed at once would leave the set empty; it stands for itself.
        if take("]") {
            guard next != "-" else { throw PatternError(part: "[]-", reason: "write \\] for a bracket in a set") }
            set.insert(0x5D...0x5D)
        }
        while !take("]") {
            let opening = position
            guard let scalar = next else {
                throw PatternError(part: part(from: start), reason: "a set that is not closed")
            }
            if scalar == "[" {
                guard opening + 1 >= scalars.count || scalars[opening + 1] != ":" else {
                    position += 2
                    throw PatternError(part: "[:", reason: "supported: \\p{…}, \\s, \\d, \\w")
                }
                guard set.formUnion(try self.set()) else {
                    throw PatternError(part: part(from: start), reason: "an inverted set within another")
                }
                continue
            }
            if take("&&") { throw PatternError(part: "&&", reason: "supported: sets without intersection") }
            position += 1
            let first: ScalarSet
            if scalar == "\\" { first = try escape() } else { first = ScalarSet(scalar) }
            // Behind what is no single character "-" stands for itself.
            let isRange =
                first.onlyValue != nil && next == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
                && scalars[position + 1] != "["
            guard isRange else {
                guard set.formUnion(first) else {
                    throw PatternError(part: part(from: opening), reason: "an inverted set within another")
                }
                continue
            }
            position += 1
            let low = try value(of: first, from: opening)
            let last = scalars[position]
            position += 1
            let high = try value(of: last == "\\" ? try escape() : ScalarSet(last), from: opening)
            guard low <= high else {
                throw PatternError(part: part(from: opening), reason: "a range that runs backwards")
            }
            set.insert(low...high)
        }
        if ignoresCase { set = try caseSet(set, from: start) }
        if isNegated { set.invert() }
        return set
    }

    private func value(of set: ScalarSet, from start: Int) throws(PatternError) -> UInt32 {
        guard let value = set.onlyValue else {
            throw PatternError(part: part(from: start), reason: "a range between what is no single character")
        }
        return value
    }

    /// What stands behind a backslash, the anchors apart.
    private mutating func escape() throws(PatternError) -> ScalarSet {
        guard let scalar = next else { throw PatternError(part: "\\", reason: "nothing behind it") }
        position += 1
        switch scalar {
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "t": return ScalarSet("\t")
        case "f": return ScalarSet("\u{0C}")
        case "v": return ScalarSet("\u{0B}")
        case "a": return ScalarSet("\u{07}")
        case "e": return ScalarSet("\u{1B}")
        case "s": return .spaces
        case "S": return ScalarSet { $0.insertSpaces(inverted: true) }
        case "w": return ScalarSet { $0.insertWords(inverted: false) }
        case "W": return ScalarSet { $0.insertWords(inverted: true) }
        case "d": return try property("Nd", isInverted: false)
        case "D": return try property("Nd", isInverted: true)
        case "p", "P":
            guard take("{") else { throw PatternError(part: "\\\(scalar)", reason: "a name in braces is missing") }
            let isInverted = (scalar == "P") != take("^")
            var name = ""
            while let letter = next, letter != "}" {
                name.unicodeScalars.append(letter)
                position += 1
            }
            guard take("}") else {
                throw PatternError(part: "\\\(scalar){\(name)", reason: "a brace that is not closed")
            }
            return try property(name, isInverted: isInverted)
        case "x":
            let isBraced = take("{")
            let value = hexadecimal(atMost: isBraced ? 8 : 2)
            guard let value, let character = Unicode.Scalar(value), !isBraced || take("}") else {
                throw PatternError(part: "\\x", reason: "not followed by the number of a character")
            }
            // A byte of its own, without braces, would be part of a character.
            guard isBraced || value < 0x80 else { throw PatternError(part: "\\x", reason: "supported: \\x{…}") }
            return ScalarSet(character)
        case "u":
            guard let value = hexadecimal(atMost: 4), let character = Unicode.Scalar(value) else {
                throw PatternError(part: "\\u", reason: "not followed by the number of a character")
            }
            return ScalarSet(character)
        case "0"..."9", "a"..."z", "A"..."Z":
            throw PatternError(
                part: "\\\(scalar)",
                reason: "supported: \\s \\S \\d \\D \\w \\W \\p{…} \\b \\A \\z \\n \\r \\t \\x{…} \\u….")
        default: return ScalarSet(scalar)
        }
    }

    private func property(_ name: String, isInverted: Bool) throws(PatternError) -> ScalarSet {
        let plain = name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
        guard let categories = ScalarTraits.categories(named: plain) else {
            throw PatternError(
                part: "\\p{\(name)}", reason: "supported: general categories such as \\p{L}, \\p{Lu}, \\p{N}")
        }
        return ScalarSet { $0.insert(categories: isInverted ? ~categories : categories) }
    }

    private mutating func hexadecimal(atMost digits: Int) -> UInt32? {
        var value: UInt32?
        for _ in 0..<digits {
            guard let scalar = next, let digit = Character(scalar).hexDigitValue, scalar.isASCII else { break }
            position += 1
            value = (value ?? 0) << 4 | UInt32(digit)
        }
        return value
    }
}
