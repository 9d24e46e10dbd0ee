/// Why no tokenizer can be trained as asked.
public enum TokenizerTrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    case vocabularySize(Int, allowed: ClosedRange<Int>)
    case emptySpecialToken
    case specialTokenTooLong(String, limit: Int)
    /// A token that a vocabulary has of itself: one character.
    case shortSpecialToken(String)
    case duplicateSpecialToken(String)
    case noText
    case tooManyWords(Int, limit: Int)

    public var description: String {
        switch self {
        case .vocabularySize(let size, let allowed):
            "a vocabulary of \(size) tokens is not possible; give \(allowed.lowerBound) to \(allowed.upperBound)"
        case .emptySpecialToken: "a special token is empty"
        case .specialTokenTooLong(let token, let limit):
            "the special token \"\(token.prefix(40))…\" has \(token.utf8.count) bytes; at most \(limit) are possible"
        case .shortSpecialToken(let token):
            "the special token \"\(token)\" is one character, which texts hold; take a longer one, such as <|\(token)|>"
        case .duplicateSpecialToken(let token): "the special token \"\(token)\" is given twice"
        case .noText: "there is no text to learn from"
        case .tooManyWords(let count, let limit):
            "the texts have \(count) words; at most \(limit) can be tokens of their own; take pieces of words"
        }
    }
}

/// What is asked of special tokens, and how they are found in a text.
enum SpecialTokens {
    static func check(_ tokens: [String]) throws(TokenizerTrainingError) {
        var seen: Set<[UInt8]> = []
        for token in tokens {
            if token.isEmpty { throw .emptySpecialToken }
            if token.unicodeScalars.count == 1 { throw .shortSpecialToken(token) }
            guard token.utf8.count <= AddedToken.longestContent else {
                throw .specialTokenTooLong(token, limit: AddedToken.longestContent)
            }
            guard seen.insert(Array(token.utf8)).inserted else { throw .duplicateSpecialToken(token) }
        }
    }

    static func matcher(_ tokens: [String]) -> AddedTokenMatcher {
        AddedTokenMatcher(
            tokens.enumerated().map { AddedToken(id: $0.offset, content: $0.element) },
            contents: tokens.map { Array($0.utf8) })
    }
}
