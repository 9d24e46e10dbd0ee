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
        var fallsBackToBytes = false
        switch description.model {
        case .bytePairs(let settings):
            merges = try description.merges.table(
                for: vocabulary, prefix: settings.continuingPrefix, file: description.mergesFile)
            fallsBackToBytes = settings.fallsBackToBytes || description.alphabet == .spaceMarked
        case .unigram(let model):
            merges = MergeTable(capacity: 0)
            fallsBackToBytes = model.fallsBackToBytes
        case .wordPiece: merges = MergeTable(capacity: 0)
        }
        byteIDs = (0...255).map { (byte: UInt8) -> Int32 in
            let token: [UInt8]
            if fallsBackToBytes {
                token = TokenAlphabet.token(of: byte)
            } else if description.alphabet == .byteLevel {
                token = ByteLevelAlphabet.token(for: [byte])
            } else {
                return -1
            }
            return vocabulary.tokens.index(of: token).map { vocabulary.ids[$0] } ?? -1
        }
        // Special tokens first: of tokens with equal content the first counts.
        let tokens = vocabulary.addedTokens.filter(\.isSpecial) + vocabulary.addedTokens.filter { !$0.isSpecial }
        let originalTokens = tokens.filter { !$0.isNormalized }
        let normalizedTokens = tokens.filter(\.isNormalized)
        original = AddedTokenMatcher(originalTokens, contents: originalTokens.map { Array($0.content.utf8) })
        var contents: [[UInt8]] = []
        do throws(PatternError) {
            for token in normalizedTokens {
                let content = Array(token.content.utf8)
                contents.append(try description.normalizer.normalized(content, content.indices)?.text ?? content)
            }
        } catch {
            throw TokenizerError(file: description.mergesFile, .patternTooSlow)
        }
        normalized = AddedTokenMatcher(normalizedTokens, contents: contents)
    }

    func encode(_ text: [UInt8], plain: PlainText? = nil, cache: inout WordCache) throws(TokenizerError) -> [Int] {
        var words = WordEncoder(
            merger: WordMerger(merges), byteIDs: byteIDs, description: description, cache: cache)
        // The cache moves into the word encoder and back, so that it is never copied.
        cache = WordCache()
        defer { cache = words.cache }
        let original = plain.flatMap(matcher) ?? original
        do throws(PatternError) {
            for piece in original.split(text, text.indices, plain: plain) {
                // What is meant as one was found above; normalizing moves the places.
                if let plain { words.forbidden = plain.overlaps(piece.range) ? plain.controlTokens : [] }
                if let id = piece.id {
                    words.result.append(id)
                } else if let other = try description.normalizer.normalized(text, piece.range) {
                    let beginsText = piece.range.lowerBound == 0 && other.keepsStart
                    try encode(other.text, other.text.indices, beginsText: beginsText, &words)
                } else {
                    try encode(text, piece.range, beginsText: piece.range.lowerBound == 0, &words)
                }
            }
        } catch {
            throw TokenizerError(file: description.mergesFile, .patternTooSlow)
        }
        if words.lacksUnknown { throw TokenizerError(file: description.mergesFile, .missing(setting: "model.unk_id")) }
        return words.result
    }

    private func encode(
        _ text: [UInt8], _ range: Range<Int>, beginsText: Bool, _ words: inout WordEncoder
    ) throws(PatternError) {
        for piece in normalized.split(text, range, forbidding: words.forbidden) {
            if let id = piece.id {
                words.result.append(id)
            } else {
                let beginsText = beginsText && piece.range.lowerBound == range.lowerBound
                try description.preTokenizer.forEachWord(in: text, piece.range, beginsText: beginsText) { text, word in
                    words.append(text[word])
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
    /// Tokens that the present piece does not become.
    var forbidden: Set<Int> = []
    var merger: WordMerger
    let byteIDs: [Int32]
    let description: TokenizerDescription
    var cache: WordCache
    var result: [Int] = []
    /// Whether a text needed the unknown token of a Unigram model that has none.
    private(set) var lacksUnknown = false
    private var tokens: [Int32] = []
    private var workspace = UnigramModel.Workspace()

    init(merger: WordMerger, byteIDs: [Int32], description: TokenizerDescription, cache: WordCache) {
        self.merger = merger
        self.byteIDs = byteIDs
        self.description = description
        self.cache = cache
    }

    mutating func append(_ word: ArraySlice<UInt8>) {
        if let known = cache.ids(of: word) {
            tokens.removeAll(keepingCapacity: true)
            tokens.append(contentsOf: known)
        } else {
            encode(word, without: [])
            cache.insert(word, tokens)
        }
        // A vocabulary may hold the control tokens as pieces.
        if !forbidden.isEmpty, tokens.contains(where: { forbidden.contains(Int($0)) }) {
            encode(word, without: forbidden)
        }
        for id in tokens { result.append(Int(id)) }
    }

    /// Makes `tokens` of a word.
    private mutating func encode(_ word: ArraySlice<UInt8>, without forbidden: Set<Int>) {
        if description.ignoresMerges, let id = token(for: word), !forbidden.contains(Int(id)) {
            tokens = [id]
            return
        }
        tokens.removeAll(keepingCapacity: true)
        switch description.model {
        case .bytePairs(let settings):
            switch description.alphabet {
            case .byteLevel where settings.isPlain: splitIntoBytes(word)
            case .byteLevel: splitIntoCharacters(ByteLevelAlphabet.token(for: word)[...], settings)
            case .spaceMarked, .characters: splitIntoCharacters(word, settings)
            }
            merger.merge(&tokens)
        case .unigram(let model): segment(written(word), model, without: forbidden)
        case .wordPiece(let model):
            model.append(written(word), description.vocabulary, to: &tokens)
            if tokens.contains(where: { forbidden.contains(Int($0)) }) {
                tokens.removeAll(keepingCapacity: true)
                appendUnknown()
            }
        }
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

    /// The word in the characters of the vocabulary.
    private func written(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        description.alphabet == .byteLevel ? ByteLevelAlphabet.token(for: word)[...] : word
    }

    /// A character that the vocabulary lacks becomes the tokens of its bytes, or unknown where one of them is missing.
    /// An unknown token waits for what follows it, so that bytes come before it, as in Hugging Face `tokenizers`.
    private mutating func splitIntoCharacters(_ word: ArraySlice<UInt8>, _ settings: BytePairSettings) {
        var owesUnknown = false
        var start = word.startIndex
        while start < word.endIndex {
            var end = start + 1
            while end < word.endIndex, word[end] & 0xC0 == 0x80 { end += 1 }
            var character = word[start..<end]
            if start > word.startIndex, !settings.continuingPrefix.isEmpty {
                character = settings.continuingPrefix + character
            }
            if end == word.endIndex, !settings.wordSuffix.isEmpty { character = character + settings.wordSuffix }
            start = end
            if let entry = description.vocabulary.tokens.index(of: character) {
                if owesUnknown { appendUnknown() }
                owesUnknown = false
                tokens.append(description.vocabulary.ids[entry])
            } else if character.allSatisfy({ byteIDs[Int($0)] >= 0 }),
                settings.fallsBackToBytes || description.alphabet == .spaceMarked
            {
                for byte in character { tokens.append(byteIDs[Int(byte)]) }
            } else if description.unknownID != nil {
                if owesUnknown, !description.fusesUnknown { appendUnknown() }
                owesUnknown = true
            }
        }
        if owesUnknown { appendUnknown() }
    }

    private mutating func appendUnknown() {
        if let unknown = description.unknownID { tokens.append(Int32(unknown)) }
    }

    /// What no piece holds may be a piece together with its neighbours; else it becomes bytes or unknown.
    private mutating func segment(
        _ word: ArraySlice<UInt8>, _ model: UnigramModel, without forbidden: Set<Int>
    ) {
        model.segment(word, without: forbidden, &workspace)
        for piece in workspace.pieces {
            let bytes = word[piece.range]
            if piece.id >= 0 {
                tokens.append(piece.id)
            } else if let entry = description.vocabulary.tokens.index(of: bytes),
                !forbidden.contains(Int(description.vocabulary.ids[entry]))
            {
                tokens.append(description.vocabulary.ids[entry])
            } else if model.fallsBackToBytes, bytes.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
                for byte in bytes { tokens.append(byteIDs[Int(byte)]) }
            } else if let unknown = model.unknownID {
                tokens.append(Int32(unknown))
            } else {
                lacksUnknown = true
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
