/// Why a grammar cannot be used, or cannot be followed any further.
public enum GrammarError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A place in the text of a grammar; both begin with 1.
    case syntax(line: Int, column: Int, SyntaxReason)
    case undefinedRule(String, usedBy: String)
    case noRule(String)
    /// The rules lead back to the first of them before any text was matched.
    case leftRecursion([String])
    /// Every way through this rule leads through itself.
    case endlessRule(String)
    case tooLarge(parts: Int, limit: Int)
    /// Following the grammar takes too many steps: it is ambiguous beyond measure.
    case tooAmbiguous(limit: Int)
    /// The grammar could go on, but no token of the vocabulary fits, or none that fits may be drawn.
    case noTokenFits(after: String)

    public enum SyntaxReason: Sendable, Equatable {
        case unexpected(String, expected: String)
        case unexpectedEnd(expected: String)
        case invalidEscape(String)
        case invalidScalar(UInt32)
        case reversedRange(String)
        case reversedRepetition(minimum: Int, maximum: Int)
        case repetitionTooLarge(limit: Int)
        case emptyClass
        case duplicateRule(String)
        case tooDeep(limit: Int)
        case invalidUTF8
        case tooLong(limit: Int)
    }

    public var description: String {
        switch self {
        case .syntax(let line, let column, let reason): "grammar, line \(line), column \(column): \(reason.text)"
        case .undefinedRule(let name, let user):
            "grammar: the rule '\(name)', which '\(user)' uses, is not defined; write \(name) ::= …"
        case .noRule(let name): "grammar: there is no rule '\(name)', with which a text begins; write \(name) ::= …"
        case .leftRecursion(let names):
            "grammar: left recursion: \((names + names.prefix(1)).joined(separator: " → ")); put what comes first before "
                + "the recursion, or use * and +"
        case .endlessRule(let name):
            "grammar: no text can match the rule '\(name)', because every way through it leads to itself; give it a way out"
        case .tooLarge(let parts, let limit): "grammar: \(parts) parts; at most \(limit) are possible"
        case .tooAmbiguous(let limit):
            "grammar: it can be read in so many ways that following it takes more than \(limit) steps a token; make it "
                + "less ambiguous"
        case .noTokenFits(let text):
            "no token that may be drawn continues the text as the grammar demands after \(text.debugDescription); the "
                + "vocabulary lacks one, or options forbid it"
        }
    }
}

extension GrammarError.SyntaxReason {
    var text: String {
        switch self {
        case .unexpected(let found, let expected): "found \(found.debugDescription) where \(expected) was expected"
        case .unexpectedEnd(let expected): "the grammar ends where \(expected) was expected"
        case .invalidEscape(let escape):
            "\(escape.debugDescription) is no escape; known are \\n \\r \\t \\\\ \\\" \\[ \\] \\^ \\- \\xHH \\uHHHH \\UHHHHHHHH"
        case .invalidScalar(let value): "U+\(String(value, radix: 16, uppercase: true)) is no character"
        case .reversedRange(let range): "the range \(range.debugDescription) ends before it begins"
        case .reversedRepetition(let minimum, let maximum):
            "{\(minimum),\(maximum)} demands more than it allows"
        case .repetitionTooLarge(let limit): "a repetition counts to \(limit) at most"
        case .emptyClass: "no character belongs to this class"
        case .duplicateRule(let name): "the rule '\(name)' is defined twice"
        case .tooDeep(let limit): "parentheses are nested deeper than \(limit) levels"
        case .invalidUTF8: "not UTF-8 text"
        case .tooLong(let limit): "the grammar is longer than \(limit) bytes"
        }
    }
}
