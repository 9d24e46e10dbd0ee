public import Tokenizers

/// Tokenizers for models that spell what they hear: the first token is the blank.
public enum TargetTokenizer {
    public static let blankToken = "<blank>"

    /// What one token writes.
    public enum Unit: Sendable, Equatable {
        case characters
        /// Pieces of words; so many tokens in all, with the blank and the 256 bytes.
        case pieces(Int)
        /// Whole words, and no others than those of the texts.
        case words
    }

    /// Learns a tokenizer of `texts`.
    ///
    /// - Parameter areJoined: whether recordings are joined in training, their texts with a space between them, which single
    ///   words do not have.
    public static func trained(
        on texts: some Sequence<String>, unit: Unit = .characters, areJoined: Bool = false
    ) throws(TokenizerTrainingError) -> TrainedTokenizer {
        switch unit {
        case .characters:
            var trainer = try CharacterTrainer(specialTokens: [blankToken])
            for text in texts { trainer.add(text) }
            if areJoined { trainer.add(" ") }
            return try trainer.train()
        case .pieces(let pieceCount):
            var trainer = try BPETrainer(
                vocabularySize: pieceCount, specialTokens: [blankToken], minimumCount: 2)
            for text in texts { trainer.add(text) }
            return trainer.train()
        case .words:
            var trainer = try WordTrainer(specialTokens: [blankToken])
            for text in texts { trainer.add(text) }
            return try trainer.train()
        }
    }
}

extension Tokenizer {
    /// The tokens of a text to be spelled. Control tokens that are written out in it are text like any other.
    func targets(of text: String) throws(TokenizerError) -> [Int] {
        let control = Set(addedTokens.filter(\.isSpecial).map(\.id))
        return try encode(text, plain: PlainText([0..<text.utf8.count], controlTokens: control))
    }

    /// Characters of `text` that have no token, each once; words, where words are tokens.
    func unknownCharacters(in text: String, _ targets: [Int]) -> [String] {
        guard let unknown = id(of: CharacterTrainer.unknownToken), targets.contains(unknown) else { return [] }
        let isOfWords = bytes(of: vocabularySize - 1)?.first == UInt8(ascii: " ")
        let parts = isOfWords ? text.split(separator: " ").map(String.init) : text.unicodeScalars.map { String($0) }
        return Set(parts.filter { (try? self.targets(of: $0))?.contains(unknown) ?? true }).sorted()
    }
}
