/// What is wrong with a language model of n-grams, or with the text for one.
public enum NGramError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Fault: Sendable, Equatable {
        case notUTF8
        /// The file ends before `\end\`, or has another line where this one belongs.
        case expected(String)
        case order(Int)
        case tooMany(count: Int, limit: Int)
        /// A section has fewer or more n-grams than the header says.
        case count(length: Int, found: Int, declared: Int)
        case fields(found: Int)
        case number(String)
        /// A probability above 1.
        case probability(Float)
        case unknownWord(String)
        /// Its first words are no n-gram of their own.
        case noPrefix(String)
        case duplicate(String)
    }

    case unreadable(file: String, reason: String)
    /// Lines are counted from 1.
    case malformed(file: String, line: Int, Fault)
    case noText

    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .malformed(let file, let line, let fault): "\(file):\(line): \(Self.text(fault))"
        case .noText: "there is no sentence to learn a language model from"
        }
    }

    private static func text(_ fault: Fault) -> String {
        switch fault {
        case .notUTF8: "is not valid UTF-8 text"
        case .expected(let line): "'\(line)' was expected here; it is no ARPA file, or damaged"
        case .order(let order): "n-grams of \(order) words; expected lengths from 1 on, one after the other, up to 6"
        case .tooMany(let count, let limit): "\(count) n-grams; expected at most \(limit)"
        case .count(let length, let found, let declared):
            "\(found) n-grams of \(length) words where the header says \(declared)"
        case .fields(let found): "\(found) fields; expected a logarithm, the words, and perhaps a backoff"
        case .number(let text): "'\(text)' is not a finite number"
        case .probability(let value): "the logarithm \(value) of a probability is above 0"
        case .unknownWord(let word): "'\(word)' is not among the single words"
        case .noPrefix(let words): "the first words of '\(words)' are not listed among the shorter n-grams"
        case .duplicate(let words): "'\(words)' is listed twice"
        }
    }
}
