/// Every token by id: its bytes, whether it is special; and the way back from a token's text to its id.
struct Vocabulary: Sendable {
    /// The tokens of the model's vocabulary, as written in the file (byte-level characters).
    let tokens: ByteStringTable
    /// The id of each entry of `tokens`.
    let ids: [Int32]
    /// In the order of their ids.
    let addedTokens: [AddedToken]
    /// One more than the highest id.
    let size: Int

    /// The bytes of all tokens, one after the other: first the vocabulary's, then the added tokens'.
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []
    /// The entry of each id, or -1.
    private var entries: [Int32]
    private let addedIDs: [[UInt8]: Int]

    /// Ids may leave gaps, but no more than a file of this length plausibly has: memory follows the file's length, not
    /// the numbers in it.
    static func idLimit(tokenCount: Int) -> Int { tokenCount * 4 + 65_536 }

    init(
        tokens: ByteStringTable, ids: [Int32], addedTokens: [AddedToken], alphabet: TokenAlphabet = .byteLevel,
        file: String
    ) throws(TokenizerError) {
        precondition(tokens.count == ids.count, "one id per token")
        self.tokens = tokens
        self.ids = ids
        guard tokens.count + addedTokens.count > 0 else { throw TokenizerError(file: file, .emptyVocabulary) }
        let limit = Self.idLimit(tokenCount: tokens.count + addedTokens.count)
        var highest = -1
        for (entry, id) in ids.enumerated() {
            guard id >= 0, id < limit else {
                throw TokenizerError(
                    file: file, .idOutOfRange(Int(id), token: Self.text(tokens[entry]), limit: limit))
            }
            highest = max(highest, Int(id))
        }
        for token in addedTokens {
            guard token.id >= 0, token.id < limit else {
                throw TokenizerError(file: file, .idOutOfRange(token.id, token: token.content, limit: limit))
            }
            highest = max(highest, token.id)
        }
        size = highest + 1

        entries = [Int32](repeating: -1, count: size)
        ends.reserveCapacity(tokens.count + addedTokens.count)
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        tokens.withEach { token in
            alphabet.appendBytes(of: token, to: &bytes)
            ends.append(UInt32(bytes.count))
        }
        for (entry, id) in ids.enumerated() {
            let other = entries[Int(id)]
            guard other < 0 else {
                throw TokenizerError(
                    file: file,
                    .duplicateID(Int(id), first: Self.text(tokens[Int(other)]), second: Self.text(tokens[entry])))
            }
            entries[Int(id)] = Int32(entry)
        }

        var addedIDs: [[UInt8]: Int] = [:]
        var kept: [AddedToken] = []
        for token in addedTokens.sorted(by: { $0.id < $1.id }) {
            let content = Array(token.content.utf8)
            guard addedIDs.updateValue(token.id, forKey: content) == nil else {
                throw TokenizerError(file: file, .duplicateToken(token.content))
            }
            if let entry = tokens.index(of: content) {
                guard ids[entry] == token.id else {
                    throw TokenizerError(
                        file: file,
                        .conflictingID(token: token.content, declared: token.id, vocabulary: Int(ids[entry])))
                }
            } else if entries[token.id] >= 0 {
                let other = Int(entries[token.id])
                let otherText = other < tokens.count ? Self.text(tokens[other]) : kept.last?.content ?? ""
                throw TokenizerError(
                    file: file, .duplicateID(token.id, first: otherText, second: token.content))
            }
            entries[token.id] = Int32(ends.count)
            bytes.append(contentsOf: content)
            ends.append(UInt32(bytes.count))
            kept.append(token)
        }
        self.bytes = bytes
        self.ends = ends
        self.addedIDs = addedIDs
        self.addedTokens = kept
    }

    /// The bytes that `id` stands for, or nil if there is no such token.
    func bytes(of id: Int) -> ArraySlice<UInt8>? {
        guard let entry = entry(of: id) else { return nil }
        return bytes[(entry == 0 ? 0 : Int(ends[entry - 1]))..<Int(ends[entry])]
    }

    /// The added token with this id.
    func addedToken(_ id: Int) -> AddedToken? {
        guard let entry = entry(of: id), entry >= tokens.count else { return nil }
        return addedTokens[entry - tokens.count]
    }

    /// The id of a token written as in the file: special tokens as they are, others in byte-level characters.
    func id(of token: [UInt8]) -> Int? {
        addedIDs[token] ?? tokens.index(of: token).map { Int(ids[$0]) }
    }

    private func entry(of id: Int) -> Int? {
        guard entries.indices.contains(id), entries[id] >= 0 else { return nil }
        return Int(entries[id])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
