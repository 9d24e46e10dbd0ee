/// Reads the `pattern` of a schema.
struct StringPatternReader {
    /// What is wrong, and at which character, counted from 0.
    struct Failure: Error {
        let offset: Int
        let reason: String
    }

    static let deepestNesting = 50

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    /// A pattern as it is meant in a schema: matched by a string of which any part fits, unless `^` and `$` say that the
    /// part begins or ends the string.
    static func read(_ text: String) throws(Failure) -> StringPattern {
        var reader = StringPatternReader(scalars: Array(text.unicodeScalars))
        var choices: [StringPattern] = []
        repeat {
            let isAtStart = reader.skip("^")
            let sequence = try reader.readSequence()
            let isAtEnd = reader.skip("$")
            choices.append(
                .sequence((isAtStart ? [] : [.anything]) + [sequence] + (isAtEnd ? [] : [.anything])))
        } while reader.skip("|")
        guard reader.position == reader.scalars.count else {
            throw reader.failure(
                reader.scalars[reader.position] == ")"
                    ? "this parenthesis closes nothing" : "an anchor is possible at the beginning and the end only")
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private mutating func readChoice() throws(Failure) -> StringPattern {
        var choices = [try readSequence()]
        while skip("|") { choices.append(try readSequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func readSequence() throws(Failure) -> StringPattern {
        var parts: [StringPattern] = []
        while position < scalars.count, !["|", ")", "$", "^"].contains(scalars[position]) {
            let atom = try readAtom()
            parts.append(try readRepetition(of: atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func readAtom() throws(Failure) -> StringPattern {
        let scalar = scalars[position]
        switch scalar {
        case "(": return try readGroup()
        case "[": return .scalar(try readClass())
        case ".":
            position += 1
            // What ends a line in ECMA 262.
            return .scalar(ScalarSet("\n\r\u{2028}\u{2029}").complement)
        case "\\": return .scalar(try readEscape(inClass: false).set)
        case "*", "+", "?": throw failure("nothing stands here to be repeated")
        case "{", "}", "]": throw failure("write \\\(scalar) for the character")
        default:
            position += 1
            return .scalar(ScalarSet([scalar.value...scalar.value]))
        }
    }

    private mutating func readGroup() throws(Failure) -> StringPattern {
        let start = position
        position += 1
        if skip("?") {
            // `(?:…)` and `(?<name>…)`; everything else looks around or changes the rules.
            if skip("<"), position < scalars.count, scalars[position] != "=", scalars[position] != "!" {
                while position < scalars.count, !skip(">") { position += 1 }
            } else if !skip(":") {
                position = start
                throw failure("look-around and options of groups cannot be followed")
            }
        }
        depth += 1
        guard depth <= Self.deepestNesting else { throw failure("groups are nested too deep") }
        let group = try readChoice()
        guard skip(")") else {
            throw failure(
                position < scalars.count ? "an anchor is possible at the beginning and the end only" : "')' is missing")
        }
        depth -= 1
        return group
    }

    private mutating func readRepetition(of atom: StringPattern) throws(Failure) -> StringPattern {
        guard position < scalars.count else { return atom }
        let start = position
        let (minimum, maximum): (Int, Int?)
        switch scalars[position] {
        case "*": (minimum, maximum) = (0, nil)
        case "+": (minimum, maximum) = (1, nil)
        case "?": (minimum, maximum) = (0, 1)
        case "{":
            position += 1
            guard let low = try readNumber() else { throw failure("a number is missing") }
            if skip(",") { (minimum, maximum) = (low, try readNumber()) } else { (minimum, maximum) = (low, low) }
            guard position < scalars.count, scalars[position] == "}" else { throw failure("'}' is missing") }
        default: return atom
        }
        position += 1
        guard minimum <= maximum ?? minimum else {
            position = start
            throw failure("the repetition demands more than it allows")
        }
        // Taking as little as possible matches the same strings.
        _ = skip("?")
        if position < scalars.count, ["*", "+", "?", "{"].contains(scalars[position]) {
            throw failure("a repetition of a repetition; put a group around the first")
        }
        return .repetition(atom, minimum: minimum, maximum: maximum)
    }

    private mutating func readNumber() throws(Failure) -> Int? {
        let start = position
        var value = 0
        while position < scalars.count, let digit = Self.digit(scalars[position]), digit < 10 {
            value = value * 10 + Int(digit)
            guard value <= GrammarText.largestRepetition else {
                throw failure("a repetition counts to \(GrammarText.largestRepetition) at most")
            }
            position += 1
        }
        return position == start ? nil : value
    }

    // MARK: Characters

    private mutating func readClass() throws(Failure) -> ScalarSet {
        position += 1
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var hasNames = false
        while true {
            guard position < scalars.count else { throw failure("']' is missing") }
            if skip("]") { break }
            let start = position
            let low = try readClassCharacter()
            hasNames = hasNames || low.isName
            guard position + 1 < scalars.count, scalars[position] == "-", scalars[position + 1] != "]" else {
                ranges += low.set.ranges
                continue
            }
            position += 1
            let high = try readClassCharacter()
            guard !low.isName, !high.isName, let first = low.set.ranges.first?.lowerBound,
                let last = high.set.ranges.first?.lowerBound, first <= last
            else {
                position = start
                throw failure("this range has no beginning before its end")
            }
            ranges.append(first...last)
        }
        let set = ScalarSet(ranges)
        guard isNegated else { return set }
        return hasNames ? set.complement.intersection(.ascii) : set.complement
    }

    private mutating func readClassCharacter() throws(Failure) -> (set: ScalarSet, isName: Bool) {
        guard position < scalars.count else { throw failure("']' is missing") }
        if scalars[position] == "\\" { return try readEscape(inClass: true) }
        position += 1
        let value = scalars[position - 1].value
        return (ScalarSet([value...value]), false)
    }

    /// What `\…` stands for, and whether it is the name of a class.
    private mutating func readEscape(inClass: Bool) throws(Failure) -> (set: ScalarSet, isName: Bool) {
        let start = position
        position += 1
        guard position < scalars.count else { throw failure("an escape is missing") }
        let escape = scalars[position]
        position += 1
        func single(_ scalar: Unicode.Scalar) -> (ScalarSet, Bool) { (ScalarSet([scalar.value...scalar.value]), false) }
        switch escape {
        case "d": return (.digits, true)
        case "w": return (Self.word, true)
        case "s": return (Self.space, true)
        case "D": return (ScalarSet.digits.complement.intersection(.ascii), true)
        case "W": return (Self.word.complement.intersection(.ascii), true)
        case "S": return (Self.space.complement.intersection(.ascii), true)
        case "n": return single("\n")
        case "r": return single("\r")
        case "t": return single("\t")
        case "f": return single("\u{C}")
        case "v": return single("\u{B}")
        case "0": return single("\u{0}")
        case "x": return single(try readHexadecimal(2, from: start))
        case "u": return single(try readHexadecimal(4, from: start))
        case "b" where inClass: return single("\u{8}")
        case "a"..."z", "A"..."Z", "1"..."9":
            position = start
            throw failure("\\\(escape) cannot be followed")
        default: return single(escape)
        }
    }

    private mutating func readHexadecimal(_ count: Int, from start: Int) throws(Failure) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < scalars.count, let digit = Self.digit(scalars[position]) else {
                throw failure("a hexadecimal digit is missing")
            }
            value = value << 4 | digit
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else {
            position = start
            throw failure("half of a surrogate pair is no character")
        }
        return scalar
    }

    private static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let space = ScalarSet([0x09...0x0D, 0x20...0x20])

    private static func digit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard position < scalars.count, scalars[position] == scalar else { return false }
        position += 1
        return true
    }

    private func failure(_ reason: String) -> Failure { Failure(offset: min(position, scalars.count), reason: reason) }
}
