import Synchronization

/// A tokenizer as SentencePiece itself stores it, in `tokenizer.model`: byte pairs or unigrams (Kudo and Richardson 2018,
/// "SentencePiece").
///
/// Gives the ids of the package `sentencepiece` for a text without control tokens. Where one is written out, as in other
/// tokenizers, it is found, and what stands before and behind it are texts of their own. Values are immutable and may be
/// used by several threads at once.
public final class SentencePieceTokenizer: Tokenizer {
    let vocabulary: Vocabulary
    public let file: String
    public let addedTokens: [AddedToken]
    public let dropsFirstSpace: Bool
    private let declaredFrame: TokenFrame
    private let controlTokens: AddedTokenMatcher
    private let normalization: SentencePieceNormalization
    private let segmentation: SentencePieceSegmentation
    /// For unigrams.
    private let trie: TokenTrie?
    /// The tokens of all bytes, where characters that no piece has become these.
    private let byteIDs: [Int]

    /// - Parameters:
    ///   - others: what other files of the folder add.
    ///   - frame: what stands around a text, by the ids of begin and end that the file names.
    init(
        _ model: SentencePieceFile, addedTokens others: [AddedToken] = [],
        frame: (_ begin: Int?, _ end: Int?, _ vocabulary: Vocabulary) throws(TokenizerError) -> TokenFrame, file: String
    ) throws(TokenizerError) {
        self.file = file
        var pieces = ByteStringTable(expectedCount: model.pieces.count)
        var table = ByteStringTable(expectedCount: model.pieces.count)
        var (ids, pieceIDs) = ([Int32](), [Int32]())
        var (control, userDefined) = ([AddedToken](), [AddedToken]())
        let known = Set(others.map(\.id))
        for (id, piece) in model.pieces.enumerated() {
            let kind = model.kinds[id]
            let content = String(decoding: piece, as: UTF8.self)
            if kind == .control || kind == .unknown {
                if !known.contains(id) { control.append(AddedToken(id: id, content: content)) }
                continue
            }
            guard piece.withUnsafeBufferPointer({ table.insert($0) }) else {
                throw TokenizerError(file: file, .duplicateToken(content))
            }
            ids.append(Int32(id))
            if kind == .byte { continue }
            _ = piece.withUnsafeBufferPointer { pieces.insert($0) }
            pieceIDs.append(Int32(id))
            if kind == .userDefined, !known.contains(id) {
                userDefined.append(AddedToken(id: id, content: content, isSpecial: false))
            }
        }
        vocabulary = try Vocabulary(
            tokens: table, ids: ids, addedTokens: control + others, alphabet: .spaceMarked, file: file)
        addedTokens = (vocabulary.addedTokens + userDefined).sorted { $0.id < $1.id }
        declaredFrame = try frame(model.beginID, model.endID, vocabulary)
        let special = vocabulary.addedTokens.filter(\.isSpecial) + vocabulary.addedTokens.filter { !$0.isSpecial }
        controlTokens = AddedTokenMatcher(special, contents: special.map { Array($0.content.utf8) })
        let matcher = AddedTokenMatcher(userDefined, contents: userDefined.map { Array($0.content.utf8) })
        normalization = SentencePieceNormalization(
            map: model.characterMap, addsSpacePrefix: model.addsSpacePrefix,
            removesExtraSpaces: model.removesExtraSpaces, userDefined: matcher)
        segmentation = SentencePieceSegmentation(
            scores: model.scores, kinds: model.kinds, unknownID: model.unknownID, pieces: pieces, ids: pieceIDs,
            userDefined: matcher)
        trie = model.algorithm == .unigram ? TokenTrie(pieces) : nil
        dropsFirstSpace = model.addsSpacePrefix || model.removesExtraSpaces
        byteIDs =
            model.fallsBackToBytes
            ? (0...255).map { byte in table.index(of: TokenAlphabet.token(of: byte)).map { Int(ids[$0]) } ?? 0 } : []
    }

    public var vocabularySize: Int { vocabulary.size }

    public func encode(_ text: String) throws(TokenizerError) -> [Int] { encode(Array(text.utf8), plain: nil) }

    public func encode(_ text: String, plain: PlainText) throws(TokenizerError) -> [Int] {
        encode(Array(text.utf8), plain: plain)
    }

    private func encode(_ text: [UInt8], plain: PlainText?) -> [Int] {
        var result: [Int] = []
        for part in controlTokens.split(text, text.indices, plain: plain) {
            if let id = part.id {
                result.append(id)
            } else {
                append(normalization.normalized(text, part.range, plain: plain), to: &result)
            }
        }
        return result
    }

    private func append(_ text: SentencePieceNormalization.Result, to result: inout [Int]) {
        let pieces =
            trie.map { segmentation.mostProbable(text.text, plain: text.plain, $0) }
            ?? segmentation.bytePairs(text.text, plain: text.plain)
        var followsUnknown = false
        for piece in pieces {
            let isUnknown = Int(piece.id) == segmentation.unknownID
            if isUnknown, !byteIDs.isEmpty {
                for byte in text.text[piece.range] { result.append(byteIDs[Int(byte)]) }
            } else if !(isUnknown && followsUnknown) {
                // Unknown neighbours are one.
                result.append(Int(piece.id))
            }
            followsUnknown = isUnknown
        }
    }

    public func bytes(of id: Int) -> [UInt8]? { vocabulary.bytes(of: id).map(Array.init) }
    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)) }
    public func isSpecial(_ id: Int) -> Bool { vocabulary.addedToken(id)?.isSpecial ?? false }
    public func frame() throws(TokenizerError) -> TokenFrame { declaredFrame }
}

/// The tokenizer that the bytes of a `tokenizer.model` describe. What the model expects around a text is taken to be its
/// begin token before it, if it has one.
///
/// - Parameter file: what errors call it.
public func loadTokenizer(
    sentencePiece bytes: [UInt8], file: String = "tokenizer.model"
) throws(TokenizerError) -> SentencePieceTokenizer {
    try SentencePieceTokenizer(
        SentencePieceFile(bytes, file: file),
        frame: { begin, _, _ in TokenFrame(prefix: begin.map { [$0] } ?? []) }, file: file)
}
