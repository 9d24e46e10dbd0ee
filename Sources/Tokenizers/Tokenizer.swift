/// The way of a text into ids and back, whichever kind of tokenizer a model has.
///
/// Ids are those that Hugging Face `tokenizers` gives with `add_special_tokens=False`; ``encodeFramed(_:)`` puts around
/// them what the model expects there.
public protocol Tokenizer: Sendable {
    /// The path of the file that the tokens came from.
    var file: String { get }
    /// Ids lie in `0..<vocabularySize`, though not every one need have a token. A model may have more rows than this.
    var vocabularySize: Int { get }
    /// Special tokens and others that are looked for in the text itself, in the order of their ids.
    var addedTokens: [AddedToken] { get }
    /// Whether the decoder leaves out a space at the very beginning, which the encoder put there.
    var dropsFirstSpace: Bool { get }
    /// Whether the decoder leaves out a space at the very end, which marks the end of a word.
    var dropsLastSpace: Bool { get }

    /// The ids of `text`. Special tokens that are written out in it are found; none are put around it.
    func encode(_ text: String) throws(TokenizerError) -> [Int]
    /// The same where a part of `text` is plain: control tokens that are written out there are text like any other.
    func encode(_ text: String, plain: PlainText) throws(TokenizerError) -> [Int]
    /// The bytes of one token, or nil if no token has this id. They need not be whole characters.
    func bytes(of id: Int) -> [UInt8]?
    /// The same where the token may stand at the very beginning of a text, and so give other bytes.
    func bytes(of id: Int, isFirst: Bool) -> [UInt8]?
    /// The id of a token as the file writes it: `<s>`, or `Ġthe` for " the".
    func id(of token: String) -> Int?
    /// Whether `id` is a control token, which `skippingSpecial` leaves out.
    func isSpecial(_ id: Int) -> Bool
    /// What stands around a text by the file's post-processor; throws where it is of a kind that is not known here.
    func frame() throws(TokenizerError) -> TokenFrame
}

/// The special tokens around a text: `<s>` before it, for one.
public struct TokenFrame: Sendable, Equatable {
    public var prefix: [Int]
    public var suffix: [Int]

    public init(prefix: [Int] = [], suffix: [Int] = []) {
        self.prefix = prefix
        self.suffix = suffix
    }
}

extension Tokenizer {
    public var dropsLastSpace: Bool { false }

    public func bytes(of id: Int, isFirst: Bool) -> [UInt8]? {
        let bytes = bytes(of: id)
        guard isFirst, dropsFirstSpace, let bytes, bytes.first == UInt8(ascii: " ") else { return bytes }
        return Array(bytes.dropFirst())
    }

    /// The ids of `text` with the special tokens that the model expects around it.
    public func encodeFramed(_ text: String) throws(TokenizerError) -> [Int] {
        let frame = try frame()
        return try frame.prefix + encode(text) + frame.suffix
    }

    /// The text of `ids`. Bytes that are not UTF-8 become U+FFFD, as with Python's `errors="replace"`; ids without a
    /// token give nothing.
    public func decode(_ ids: some Sequence<Int>, skippingSpecial: Bool = false) -> String {
        var bytes: [UInt8] = []
        var isFirst = true
        for id in ids where !(skippingSpecial && isSpecial(id)) {
            guard let token = self.bytes(of: id, isFirst: isFirst) else { continue }
            bytes.append(contentsOf: token)
            isFirst = false
        }
        if dropsLastSpace, bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of `ids`, which need not be whole characters. Ids without a token give nothing.
    public func bytes(of ids: some Sequence<Int>, skippingSpecial: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for id in ids where !(skippingSpecial && isSpecial(id)) {
            if let token = self.bytes(of: id) { bytes.append(contentsOf: token) }
        }
        return bytes
    }

    /// The text of one token, or nil if no token has this id. Part of a character is U+FFFD.
    public func text(of id: Int) -> String? { bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }
}

/// The tokenizer of a model folder, of whichever kind it is.
///
/// - Throws: ``TokenizerError`` where there is none, or one of a kind that is not known here.
public func loadTokenizer(folder: String) throws(TokenizerError) -> any Tokenizer {
    let files = TokenizerFolder(path: folder)
    if let tokenizer = try files.sentencePiece() { return tokenizer }
    return makeTokenizer(try files.description(), file: folder)
}

/// The tokenizer that the bytes of a `tokenizer.json` describe, of whichever kind it is.
///
/// - Parameter file: what errors call it.
public func loadTokenizer(json bytes: [UInt8], file: String = "tokenizer.json") throws(TokenizerError) -> any Tokenizer
{
    let description = try bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
        try TokenizerJSON.read(UnsafeRawBufferPointer(bytes), file: file)
    }
    return makeTokenizer(description, file: file)
}

func makeTokenizer(_ description: TokenizerDescription, file: String) -> any Tokenizer {
    if let decoder = description.decoder { return ComposedTokenizer(description, decoder: decoder, file: file) }
    return switch description.alphabet {
    case .byteLevel: ByteLevelBPE(description, file: file)
    case .spaceMarked: SentencePieceBPE(description, file: file)
    case .characters: CharacterTokenizer(description, file: file)
    }
}
