/// What encoding needs and decoding does not: made from the description when the first text is encoded.
final class TextEncoder: Sendable {
    private let merges: MergeTable
    private let description: TokenizerDescription
    /// The token of each single byte, or -1.
    private let byteIDs: [Int32]
    private let original: AddedTokenMatcher
    private let normalized: AddedTokenMatcher

    init(_ description: TokenizerDescription) throws(TokenizerError) {
        self.description = description
        let vocabulary = description.vocabulary
        merges = try description.merges.table(for: vocabulary, file: description.mergesFile)
        byteIDs = (0...255).map { (byte: UInt8) -> Int32 in
            let token: [UInt8]
            switch description.alphabet {
            case .byteLevel: token = ByteLevelAlphabet.token(for: [byte])
            case .spaceMarked: token = TokenAlphabet.token(of: byte)
            case .characters: return -1
            }
            return vocabulary.tokens.index(of: token).map { vocabulary.ids[$0] } ?? -1
        }
        // Special tokens first: of tokens with equal content the first counts.
        let tokens = vocabulary.addedTokens.filter(\.isSpecial) + vocabulary.addedTokens.filter { !$0.isSpecial }
        let originalTokens = tokens.filter { !$0.isNormalized }
        let normalizedTokens = tokens.filter(\.isNormalized)
        original = AddedTokenMatcher(originalTokens, contents: originalTokens.map { Array($0.content.utf8) })
        normalized = AddedTokenMatcher(
            normalizedTokens,
            contents: normalizedTokens.map { token in
                let content = Array(token.content.utf8)
                return description.normalizer.normalized(content, content.indices) ?? content
            })
    }

    func encode(_ text: [UInt8], plain: PlainText? = nil, cache: inout WordCache) throws(TokenizerError) -> [Int] {
        var words = WordEncoder(
            merger: WordMerger(merges), byteIDs: byteIDs, description: description, cache: cache)
        // The cache moves into the word encoder and back, so that it is never copied.
        cache = WordCache()
        defer { cache = words.cache }
        let original = plain.flatMap(matcher) ?? original
        for piece in original.split(text, text.indices, plain: plain) {
            // What is meant as one was found above; normalizing moves the places.
            if let plain { words.forbidden = plain.overlaps(piece.range) ? plain.controlTokens : [] }
            if let id = piece.id {
                words.result.append(id)
            } else if let other = description.normalizer.normalized(text, piece.range) {
                try encode(other, other.indices, &words)
            } else {
                try encode(text, piece.range, &words)
            }
        }
        return words.result
    }

    private func encode(_ text: [UInt8], _ range: Range<Int>, _ words: inout WordEncoder) throws(TokenizerError) {
        for piece in normalized.split(text, range, forbidding: words.forbidden) {
            if let id = piece.id {
                words.result.append(id)
            } else {
                do throws(PatternError) {
                    try description.preTokenizer.forEachWord(in: text, piece.range) { text, word in
                        words.append(text[word])
                    }
                } catch {
                    throw TokenizerError(file: description.mergesFile, .patternTooSlow)
                }
            }
        }
    }
}

extension TextEncoder {
    /// What finds control tokens in the text as it is, too, where some are looked for in the normalized one else: only in
    /// the text as it is are the places of ``PlainText`` known.
    private func matcher(for plain: PlainText) -> AddedTokenMatcher? {
        let tokens = description.vocabulary.addedTokens
        guard tokens.contains(where: { $0.isNormalized && plain.controlTokens.contains($0.id) }) else { return nil }
        let wanted = tokens.filter { !$0.isNormalized || plain.controlTokens.contains($0.id) }
        let ordered = wanted.filter(\.isSpecial) + wanted.filter { !$0.isSpecial }
        return AddedTokenMatcher(ordered, contents: ordered.map { Array($0.content.utf8) })
    }
}

/// Collects the ids of one word after the other.
private struct WordEncoder {
    /// Added tokens that are not looked for in the present piece.
    var forbidden: Set<Int> = []
    var merger: WordMerger
    let byteIDs: [Int32]
    let description: TokenizerDescription
    var cache: WordCache
    var result: [Int] = []
    private var tokens: [Int32] = []

    init(merger: WordMerger, byteIDs: [Int32], description: TokenizerDescription, cache: WordCache) {
        self.merger = merger
        self.byteIDs = byteIDs
        self.description = description
        self.cache = cache
    }

    mutating func append(_ word: ArraySlice<UInt8>) {
        if let known = cache.ids(of: word) {
            for id in known { result.append(Int(id)) }
            return
        }
        if description.ignoresMerges, let id = token(for: word) {
            tokens = [id]
        } else {
            tokens.removeAll(keepingCapacity: true)
            switch description.alphabet {
            case .byteLevel: splitIntoBytes(word)
            case .spaceMarked, .characters: splitIntoCharacters(word)
            }
            merger.merge(&tokens)
        }
        for id in tokens { result.append(Int(id)) }
        cache.insert(word, tokens)
    }

    /// The token that is the whole word.
    private func token(for word: ArraySlice<UInt8>) -> Int32? {
        let vocabulary = description.vocabulary
        let entry =
            switch description.alphabet {
            case .byteLevel: vocabulary.tokens.index(of: ByteLevelAlphabet.token(for: word))
            case .spaceMarked, .characters: vocabulary.tokens.index(of: word)
            }
        return entry.map { vocabulary.ids[$0] }
    }

    /// A character that the vocabulary lacks becomes the tokens of its bytes, or unknown where one of them is missing.
    private mutating func splitIntoCharacters(_ word: ArraySlice<UInt8>) {
        var followsUnknown = false
        var start = word.startIndex
        while start < word.endIndex {
            var end = start + 1
            while end < word.endIndex, word[end] & 0xC0 == 0x80 { end += 1 }
            let character = word[start..<end]
            start = end
            if let id = token(for: character) {
                tokens.append(id)
                followsUnknown = false
            } else if character.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
                for byte in character { tokens.append(byteIDs[Int(byte)]) }
                followsUnknown = false
            } else if let unknown = description.unknownID {
                if !(followsUnknown && description.fusesUnknown) { tokens.append(Int32(unknown)) }
                followsUnknown = true
            }
        }
    }

    private mutating func splitIntoBytes(_ word: ArraySlice<UInt8>) {
        var followsUnknown = false
        for byte in word {
            let id = byteIDs[Int(byte)]
            if id >= 0 {
                tokens.append(id)
                followsUnknown = false
            } else if let unknown = description.unknownID {
                if !(followsUnknown && description.fusesUnknown) { tokens.append(Int32(unknown)) }
                followsUnknown = true
            }
        }
    }
}
