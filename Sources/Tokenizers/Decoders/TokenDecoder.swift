/// Makes text of the tokens of a vocabulary, token by token, so that it can be streamed.
struct TokenDecoder: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// Bytes of characters (``ByteLevelAlphabet``).
        case byteLevel
        /// A space before every token but the first and those that continue a word.
        case wordPiece(prefix: [UInt8], cleansUp: Bool)
        /// Spaces for marks; in the first token none, if `dropsFirst`.
        case metaspace(mark: [UInt8], dropsFirst: Bool)
        case replace(RegularExpression, by: [UInt8])
        /// The byte that `<0x0A>` stands for.
        case byteFallback
        /// So many of a character at the ends of each token.
        case strip(Unicode.Scalar, start: Int, stop: Int)
        /// A space for the mark at the end of a word, but not at the end of all.
        case wordEnd([UInt8])
        /// A space between tokens: what stands for no decoder at all.
        case spaced
    }

    var steps: [Step] = []
    /// Whether one space at the very beginning is left out.
    var dropsFirstSpace = false

    /// Whether the space that the last token ends with is left out.
    var dropsLastSpace: Bool {
        steps.contains { if case .wordEnd = $0 { true } else { false } }
    }

    /// The bytes that `token` gives.
    ///
    /// - Parameter isFirst: whether no token stands before it.
    func bytes(of token: [UInt8], isFirst: Bool) -> [UInt8] {
        var bytes = token
        for step in steps { Self.apply(step, to: &bytes, isFirst: isFirst) }
        if isFirst, dropsFirstSpace, bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        return bytes
    }

    private static func apply(_ step: Step, to bytes: inout [UInt8], isFirst: Bool) {
        switch step {
        case .byteLevel:
            var plain: [UInt8] = []
            bytes.withUnsafeBufferPointer { ByteLevelAlphabet.appendBytes(of: $0, to: &plain) }
            bytes = plain
        case .wordPiece(let prefix, let cleansUp):
            if !isFirst {
                if bytes.starts(with: prefix) {
                    bytes.removeFirst(prefix.count)
                } else {
                    bytes.insert(UInt8(ascii: " "), at: 0)
                }
            }
            if cleansUp { bytes = cleanedUp(bytes) }
        case .metaspace(let mark, let dropsFirst):
            bytes = bytes.replacing(mark, with: isFirst && dropsFirst ? [] : [UInt8(ascii: " ")])
        case .replace(let expression, let content):
            var replaced: [UInt8] = []
            var end = 0
            let token = bytes
            // A token is too short for a pattern to be given up, unless it is made so on purpose: then it stays.
            do throws(PatternError) {
                try expression.forEachMatch(in: token, token.indices) { match in
                    replaced += token[end..<match.lowerBound] + content
                    end = match.upperBound
                }
                bytes = replaced + token[end...]
            } catch {
                bytes = token
            }
        case .byteFallback:
            if let byte = bytes.withUnsafeBufferPointer({ TokenAlphabet.byte($0) }) { bytes = [byte] }
        case .strip(let scalar, let start, let stop):
            let content = Array(String(scalar).utf8)
            var rest = bytes[...]
            for _ in 0..<start where rest.starts(with: content) { rest = rest.dropFirst(content.count) }
            for _ in 0..<stop where rest.reversed().starts(with: content.reversed()) {
                rest = rest.dropLast(content.count)
            }
            bytes = Array(rest)
        case .wordEnd(let suffix): bytes = bytes.replacing(suffix, with: [UInt8(ascii: " ")])
        case .spaced: if !isFirst { bytes.insert(UInt8(ascii: " "), at: 0) }
        }
    }

    /// English spacing, in the order of Hugging Face `tokenizers`.
    private static let cleanups = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    private static func cleanedUp(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: " ")) else { return bytes }
        return cleanups.reduce(bytes) { $0.replacing($1.0, with: $1.1) }
    }
}

extension [UInt8] {
    /// Every occurrence from left to right; nothing has none.
    fileprivate func replacing(_ part: [UInt8], with other: [UInt8]) -> [UInt8] {
        guard let first = part.first, contains(first) else { return self }
        var result: [UInt8] = []
        var index = 0
        while index < count {
            if self[index...].starts(with: part) {
                result += other
                index += part.count
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }
}
