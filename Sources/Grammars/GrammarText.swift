/// Reads grammars as they are written (docs/guides/constrained-output.md): rules `name ::= …` with "literals", [classes],
/// `.` for any character, groups, `|`, `?`, `*`, `+`, `{m,n}` and comments after `#`. It is the notation of llama.cpp's GBNF.
struct GrammarText {
    static let largestByteCount = 1 << 20
    static let largestRepetition = 1_000_000
    static let deepestNesting = 100

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var rules: [(name: String, expression: GrammarExpression)] = []
    private var names: Set<String> = []

    static func rules(in bytes: [UInt8]) throws(GrammarError) -> [(name: String, expression: GrammarExpression)] {
        guard bytes.count <= largestByteCount else {
            throw .syntax(line: 1, column: 1, .tooLong(limit: largestByteCount))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .syntax(line: 1, column: 1, .invalidUTF8)
        }
        var reader = GrammarText(scalars: Array(text.unicodeScalars))
        try reader.readRules()
        return reader.rules
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    // MARK: Rules

    private mutating func readRules() throws(GrammarError) {
        skipSpace()
        guard position < scalars.count else { throw error(.unexpectedEnd(expected: "a rule, name ::= …")) }
        while position < scalars.count {
            let start = position
            let name = readName()
            guard !name.isEmpty else { throw unexpected("the name of a rule") }
            guard names.insert(name).inserted else {
                position = start
                throw error(.duplicateRule(name))
            }
            skipSpace()
            guard skip("::=") else { throw unexpected("::=") }
            skipSpace()
            rules.append((name, try readChoice()))
            skipSpace()
        }
    }

    private mutating func readChoice() throws(GrammarError) -> GrammarExpression {
        var choices = [try readSequence()]
        while skip("|") {
            skipSpace()
            choices.append(try readSequence())
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func readSequence() throws(GrammarError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while position < scalars.count, scalars[position] != "|", scalars[position] != ")", !isAtRule {
            let atom = try readAtom()
            skipSpace()
            parts.append(try readRepetition(of: atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// Whether a name with `::=` after it comes: the rule before ends here.
    private var isAtRule: Bool {
        var ahead = self
        guard !ahead.readName().isEmpty else { return false }
        ahead.skipSpace()
        return ahead.skip("::=")
    }

    // MARK: Parts

    private mutating func readAtom() throws(GrammarError) -> GrammarExpression {
        let start = position
        switch scalars[position] {
        case "\"": return .text(try readLiteral())
        case "[": return .scalar(try readClass())
        case ".":
            position += 1
            return .scalar(.all)
        case "(":
            position += 1
            depth += 1
            guard depth <= Self.deepestNesting else { throw error(.tooDeep(limit: Self.deepestNesting)) }
            skipSpace()
            let group = try readChoice()
            guard skip(")") else { throw unexpected("')'") }
            depth -= 1
            return group
        default:
            let name = readName()
            guard !name.isEmpty else {
                position = start
                throw unexpected("a literal, a class, a group or the name of a rule")
            }
            return .reference(name)
        }
    }

    private mutating func readRepetition(of atom: GrammarExpression) throws(GrammarError) -> GrammarExpression {
        guard position < scalars.count else { return atom }
        let start = position
        switch scalars[position] {
        case "?", "*", "+":
            position += 1
            skipSpace()
            return .repetition(
                atom, minimum: scalars[start] == "+" ? 1 : 0, maximum: scalars[start] == "?" ? 1 : nil)
        case "{":
            let (minimum, maximum) = try readBounds()
            if let maximum, maximum < minimum {
                position = start
                throw error(.reversedRepetition(minimum: minimum, maximum: maximum))
            }
            skipSpace()
            return .repetition(atom, minimum: minimum, maximum: maximum)
        default: return atom
        }
    }

    /// `{m}`, `{m,}`, `{m,n}` or `{,n}`.
    private mutating func readBounds() throws(GrammarError) -> (Int, Int?) {
        position += 1
        skipSpace()
        let minimum = try readNumber()
        skipSpace()
        guard skip(",") else {
            guard let minimum else { throw unexpected("a number") }
            guard skip("}") else { throw unexpected("',' or '}'") }
            return (minimum, minimum)
        }
        skipSpace()
        let maximum = try readNumber()
        skipSpace()
        if minimum == nil, maximum == nil { throw unexpected("a number") }
        guard skip("}") else { throw unexpected("'}'") }
        return (minimum ?? 0, maximum)
    }

    private mutating func readNumber() throws(GrammarError) -> Int? {
        let start = position
        var value = 0
        while position < scalars.count, let digit = Self.digit(scalars[position], radix: 10) {
            value = value * 10 + Int(digit)
            guard value <= Self.largestRepetition else {
                position = start
                throw error(.repetitionTooLarge(limit: Self.largestRepetition))
            }
            position += 1
        }
        return position == start ? nil : value
    }

    private mutating func readLiteral() throws(GrammarError) -> String {
        position += 1
        var text = String.UnicodeScalarView()
        while true {
            guard position < scalars.count else { throw error(.unexpectedEnd(expected: "the end of a literal, '\"'")) }
            if skip("\"") { return String(text) }
            text.append(try readCharacter())
        }
    }

    private mutating func readClass() throws(GrammarError) -> ScalarSet {
        let start = position
        position += 1
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        while true {
            guard position < scalars.count else { throw error(.unexpectedEnd(expected: "the end of a class, ']'")) }
            if skip("]") { break }
            let first = position
            let low = try readCharacter()
            var high = low
            if position + 1 < scalars.count, scalars[position] == "-", scalars[position + 1] != "]" {
                position += 1
                high = try readCharacter()
            }
            guard low <= high else {
                let range = String(String.UnicodeScalarView(scalars[first..<position]))
                position = first
                throw error(.reversedRange(range))
            }
            ranges.append(low.value...high.value)
        }
        let set = isNegated ? ScalarSet(ranges).complement : ScalarSet(ranges)
        guard !set.isEmpty else {
            position = start
            throw error(.emptyClass)
        }
        return set
    }

    private mutating func readCharacter() throws(GrammarError) -> Unicode.Scalar {
        let start = position
        let scalar = scalars[position]
        position += 1
        guard scalar == "\\" else { return scalar }
        guard position < scalars.count else { throw error(.unexpectedEnd(expected: "an escape")) }
        let escape = scalars[position]
        position += 1
        switch escape {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "\\", "\"", "[", "]", "^", "-", "'", "/": return escape
        case "x": return try readHexadecimal(2, from: start)
        case "u": return try readHexadecimal(4, from: start)
        case "U": return try readHexadecimal(8, from: start)
        default:
            position = start
            throw error(.invalidEscape("\\" + String(escape)))
        }
    }

    private mutating func readHexadecimal(_ count: Int, from start: Int) throws(GrammarError) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < scalars.count, let digit = Self.digit(scalars[position], radix: 16) else {
                throw unexpected("a hexadecimal digit")
            }
            value = value << 4 | digit
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else {
            position = start
            throw error(.invalidScalar(value))
        }
        return scalar
    }

    // MARK: Scalars

    private static func digit(_ scalar: Unicode.Scalar, radix: UInt32) -> UInt32? {
        let value: UInt32
        switch scalar {
        case "0"..."9": value = scalar.value - 0x30
        case "a"..."f": value = scalar.value - 0x61 + 10
        case "A"..."F": value = scalar.value - 0x41 + 10
        default: return nil
        }
        return value < radix ? value : nil
    }

    /// The name that begins here; empty where none does.
    private mutating func readName() -> String {
        var name = String.UnicodeScalarView()
        while position < scalars.count {
            switch scalars[position] {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": name.append(scalars[position])
            default: return String(name)
            }
            position += 1
        }
        return String(name)
    }

    /// Past white space and comments.
    private mutating func skipSpace() {
        while position < scalars.count {
            switch scalars[position] {
            case " ", "\t", "\n", "\r": position += 1
            case "#":
                while position < scalars.count, scalars[position] != "\n" { position += 1 }
            default: return
            }
        }
    }

    private mutating func skip(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private func unexpected(_ expected: String) -> GrammarError {
        guard position < scalars.count else { return error(.unexpectedEnd(expected: expected)) }
        return error(.unexpected(String(scalars[position]), expected: expected))
    }

    private func error(_ reason: GrammarError.SyntaxReason) -> GrammarError {
        let before = scalars[..<min(position, scalars.count)]
        let line = before.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
        let column = before.count - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1
        return .syntax(line: line, column: column, reason)
    }
}
