/// What a `tokenizer.model` of SentencePiece says, as it stands there
/// (<https://github.com/google/sentencepiece>, `sentencepiece_model.proto`).
struct SentencePieceFile {
    enum Algorithm: Int {
        case unigram = 1
        case bytePairs
        case words
        case characters
    }

    enum Kind: UInt8 {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    /// By id; all differ but for those that text does not find.
    private(set) var pieces: [[UInt8]] = []
    private(set) var scores: [Float] = []
    private(set) var kinds: [Kind] = []
    private(set) var algorithm = Algorithm.unigram
    private(set) var fallsBackToBytes = false
    private(set) var unknownID = 0
    /// Nil where the model has no such token.
    private(set) var beginID: Int? = 1
    private(set) var endID: Int? = 2
    private(set) var addsSpacePrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var characterMap: PrecompiledCharacterMap?

    static let largestFile = 64 << 20
    /// Of a piece, in bytes.
    private static let longestPiece = 1024
    /// What a character may become, in bytes; NFKC makes 33 of one at most.
    private static let longestReplacement = 256

    private let bytes: [UInt8]
    private let file: String

    /// - Parameter file: what errors call it.
    init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
        (self.bytes, self.file) = (bytes, file)
        guard bytes.count <= Self.largestFile else {
            throw TokenizerError(file: file, .tooLarge(byteCount: bytes.count, limit: Self.largestFile))
        }
        var (hasTrainer, hasNormalizer) = (false, false)
        try forEachField(in: bytes.indices) { file, number, field throws(TokenizerError) in
            switch (number, field) {
            case (1, .bytes(let range)): try file.readPiece(range)
            case (2, .bytes(let range)):
                hasTrainer = true
                try file.readTrainer(range)
            case (3, .bytes(let range)):
                hasNormalizer = true
                try file.readNormalizer(range)
            case (5, .bytes(let range)): try file.readDenormalizer(range)
            default: break
            }
        }
        // Any few bytes are a message of unknown fields, and a cut file may be a whole message.
        guard hasTrainer, hasNormalizer, !pieces.isEmpty else {
            throw invalid("it has no pieces, or lacks what it was trained with")
        }
        try check()
    }

    // MARK: Messages

    private mutating func forEachField(
        in range: Range<Int>,
        _ body: (_ file: inout SentencePieceFile, _ number: Int, _ field: ProtocolBuffer.Field) throws(TokenizerError)
            ->
            Void
    ) throws(TokenizerError) {
        var message = ProtocolBuffer(bytes, range)
        while true {
            let next: (number: Int, field: ProtocolBuffer.Field)?
            do throws(ProtocolBuffer.Fault) { next = try message.next() } catch { throw invalid("\(error)") }
            guard let (number, field) = next else { return }
            try body(&self, number, field)
        }
    }

    private mutating func readPiece(_ range: Range<Int>) throws(TokenizerError) {
        var (piece, score, kind): (Range<Int>, Float, UInt64) = (range.upperBound..<range.upperBound, 0, 1)
        try forEachField(in: range) { _, number, field throws(TokenizerError) in
            switch (number, field) {
            case (1, .bytes(let text)): piece = text
            case (2, .float(let value)): score = value
            case (3, .integer(let value)): kind = value
            default: break
            }
        }
        guard !piece.isEmpty, piece.count <= Self.longestPiece else {
            throw invalid("piece \(pieces.count) has \(piece.count) bytes, not 1 to \(Self.longestPiece)")
        }
        guard String(validating: bytes[piece], as: UTF8.self) != nil else {
            throw invalid("piece \(pieces.count) is not valid UTF-8")
        }
        guard score.isFinite else { throw invalid("the score of piece \(pieces.count) is not finite") }
        guard kind <= 6, let kind = Kind(rawValue: UInt8(kind)) else {
            throw invalid("piece \(pieces.count) is of the unknown type \(kind)")
        }
        pieces.append(Array(bytes[piece]))
        scores.append(score)
        kinds.append(kind)
    }

    private mutating func readTrainer(_ range: Range<Int>) throws(TokenizerError) {
        try forEachField(in: range) { file, number, field throws(TokenizerError) in
            // Of an enumeration or an `int32`; negative numbers come as 64 bits.
            guard case .integer(let bits) = field else { return }
            let value = Int(Int64(bitPattern: bits))
            switch number {
            case 3:
                guard let algorithm = Algorithm(rawValue: value) else {
                    throw file.invalid("it is of the unknown type \(value)")
                }
                file.algorithm = algorithm
            case 24 where value != 0: throw file.unsupported("treat_whitespace_as_suffix", "true", "false")
            case 35: file.fallsBackToBytes = value != 0
            case 40: file.unknownID = value
            case 41: file.beginID = value < 0 ? nil : value
            case 42: file.endID = value < 0 ? nil : value
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ range: Range<Int>) throws(TokenizerError) {
        try forEachField(in: range) { file, number, field throws(TokenizerError) in
            switch (number, field) {
            case (2, .bytes(let map)) where !map.isEmpty: file.characterMap = try file.map(map)
            case (3, .integer(let value)): file.addsSpacePrefix = value != 0
            case (4, .integer(let value)): file.removesExtraSpaces = value != 0
            case (5, .integer(0)): throw file.unsupported("escape_whitespaces", "false", "true")
            default: break
            }
        }
    }

    private func map(_ range: Range<Int>) throws(TokenizerError) -> PrecompiledCharacterMap {
        guard let map = PrecompiledCharacterMap(Array(bytes[range])),
            map.longestReplacement <= Self.longestReplacement
        else { throw invalid("its table of characters is damaged") }
        return map
    }

    private mutating func readDenormalizer(_ range: Range<Int>) throws(TokenizerError) {
        try forEachField(in: range) { file, number, field throws(TokenizerError) in
            if number == 2, case .bytes(let map) = field, !map.isEmpty {
                throw file.unsupported("denormalizer_spec", "a table", "none")
            }
        }
    }

    // MARK: Whether it all fits together

    private mutating func check() throws(TokenizerError) {
        guard algorithm == .unigram || algorithm == .bytePairs else {
            throw unsupported("model_type", "\(algorithm)", "unigram, bytePairs")
        }
        let unknown = kinds.indices.filter { kinds[$0] == .unknown }
        guard unknown.count == 1 else { throw invalid("it has \(unknown.count) unknown tokens, not one") }
        unknownID = unknown[0]
        for (name, id) in [("bos_id", beginID), ("eos_id", endID)] {
            // Some have another token there, or none: then there is none.
            if let id, !kinds.indices.contains(id) || kinds[id] != .control {
                if name == "bos_id" { beginID = nil } else { endID = nil }
            }
        }
        guard fallsBackToBytes else { return }
        let bytes = Set(kinds.indices.filter { kinds[$0] == .byte }.map { pieces[$0] })
        guard (0...255).allSatisfy({ bytes.contains(TokenAlphabet.token(of: $0)) }) else {
            throw invalid("it falls back to bytes, but lacks some")
        }
    }

    private func invalid(_ reason: String) -> TokenizerError {
        TokenizerError(file: file, .invalidSentencePiece(reason))
    }

    private func unsupported(_ setting: String, _ value: String, _ supported: String) -> TokenizerError {
        TokenizerError(file: file, .unsupported(setting: setting, value: value, supported: supported))
    }
}
