/// The control tokens of Whisper (Radford et al. 2022, figure 1), looked up by their text; timestamps follow from a rule.
///
/// Timestamps `<|0.00|>` to `<|30.00|>`, in steps of 0.02 s, have the 1501 ids after `<|notimestamps|>`. Some files list
/// them, others do not; here they exist in any case.
public struct WhisperTokens: Sendable {
    public static let timestampCount = 1501
    /// Seconds from one timestamp to the next.
    public static let timestampStep = 0.02

    public struct Language: Sendable, Equatable {
        /// Such as "en" or "yue".
        public let code: String
        public let id: Int
    }

    public let tokenizer: ByteLevelBPE
    /// `<|endoftext|>`
    public let endOfText: Int
    /// `<|startoftranscript|>`
    public let startOfTranscript: Int
    /// `<|translate|>`
    public let translate: Int
    /// `<|transcribe|>`
    public let transcribe: Int
    /// `<|startofprev|>`: the prompt follows.
    public let startOfPrevious: Int
    /// `<|nospeech|>`, called `<|nocaptions|>` in older files.
    public let noSpeech: Int
    /// `<|notimestamps|>`
    public let withoutTimestamps: Int
    /// In the order of their ids; English-only tokenizers list them, too, without use.
    public let languages: [Language]

    /// - Throws: if a control token is missing, or a listed timestamp breaks the rule.
    public init(_ tokenizer: ByteLevelBPE) throws(TokenizerError) {
        func id(_ names: String...) throws(TokenizerError) -> Int {
            for name in names {
                if let id = tokenizer.id(of: name) { return id }
            }
            throw TokenizerError(file: tokenizer.file, .missingToken(names[0]))
        }
        self.tokenizer = tokenizer
        endOfText = try id("<|endoftext|>")
        startOfTranscript = try id("<|startoftranscript|>")
        translate = try id("<|translate|>")
        transcribe = try id("<|transcribe|>")
        startOfPrevious = try id("<|startofprev|>")
        noSpeech = try id("<|nospeech|>", "<|nocaptions|>")
        withoutTimestamps = try id("<|notimestamps|>")
        let between = startOfTranscript + 1..<max(startOfTranscript + 1, min(translate, transcribe))
        languages = tokenizer.addedTokens.compactMap { token in
            guard between.contains(token.id), let code = Self.name(token.content) else { return nil }
            return Language(code: code, id: token.id)
        }
        // A token that stands where the rule puts a timestamp must be that timestamp, and no timestamp elsewhere.
        for number in 0..<Self.timestampCount {
            let text = Self.timestampText(number)
            let expected = withoutTimestamps + 1 + number
            if let id = tokenizer.id(of: text), id != expected {
                throw TokenizerError(
                    file: tokenizer.file, .misplacedTimestamp(token: text, id: id, expected: expected))
            }
            if let other = tokenizer.text(of: expected), other != text {
                throw TokenizerError(
                    file: tokenizer.file, .duplicateID(expected, first: other, second: text))
            }
        }
    }

    /// The ids of all timestamps.
    public var timestamps: Range<Int> { withoutTimestamps + 1..<withoutTimestamps + 1 + Self.timestampCount }

    /// One more than the highest id, timestamps included.
    public var vocabularySize: Int { max(tokenizer.vocabularySize, timestamps.upperBound) }

    /// The time that a timestamp token states, in seconds from the beginning of the window; nil for other tokens.
    public func seconds(of id: Int) -> Double? {
        // Divided, so that every time is the double nearest to its two decimals.
        timestamps.contains(id) ? Double(id - timestamps.lowerBound) / 50 : nil
    }

    /// The timestamp token nearest to `seconds`, cut to 0…30.
    public func timestamp(_ seconds: Double) -> Int {
        let last = Double(Self.timestampCount - 1)
        let number = (seconds / Self.timestampStep).rounded()
        // The order of the arguments lets not-a-number become 0.
        return timestamps.lowerBound + Int(max(0, min(last, number.isNaN ? 0 : number)))
    }

    /// The token of a language code, or nil if this tokenizer has none.
    public func id(ofLanguage code: String) -> Int? { languages.first { $0.code == code }?.id }

    /// The id of a token by its text; timestamps by the rule.
    public func id(of token: String) -> Int? {
        if let id = tokenizer.id(of: token) { return id }
        guard let name = Self.name(token), let seconds = Double(name) else { return nil }
        let id = timestamp(seconds)
        return Self.timestampText(id - timestamps.lowerBound) == token ? id : nil
    }

    /// Whether `id` is a control token or a timestamp: no spoken text.
    public func isSpecial(_ id: Int) -> Bool { timestamps.contains(id) || tokenizer.isSpecial(id) }

    /// The text of one token, or nil if no token has this id. Part of a character is U+FFFD.
    public func text(of id: Int) -> String? {
        timestamps.contains(id) ? Self.timestampText(id - timestamps.lowerBound) : tokenizer.text(of: id)
    }

    /// The spoken text of `ids`: control tokens and timestamps are left out.
    public func decode(_ ids: some Sequence<Int>) -> String {
        tokenizer.decode(ids.filter { !isSpecial($0) })
    }

    /// `<|1.24|>` for number 62.
    private static func timestampText(_ number: Int) -> String {
        let hundredths = number * 2 % 100
        return "<|\(number / 50).\(hundredths < 10 ? "0" : "")\(hundredths)|>"
    }

    /// What stands between `<|` and `|>`.
    private static func name(_ token: String) -> String? {
        guard token.hasPrefix("<|"), token.hasSuffix("|>"), token.utf8.count > 4 else { return nil }
        return String(token.dropFirst(2).dropLast(2))
    }
}
