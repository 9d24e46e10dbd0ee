public import Tokenizers

/// Tokenizers for models that spell what they hear: the first token is the blank.
public enum TargetTokenizer {
    public static let blankToken = "<blank>"

    /// Learns a tokenizer of the characters of `texts`, or of so many pieces of words.
    ///
    /// - Parameters:
    ///   - pieceCount: tokens in all, with the blank and the 256 bytes; nil for characters.
    ///   - areJoined: whether recordings are joined in training, their texts with a space between them, which single words
    ///     do not have.
    public static func trained(
        on texts: some Sequence<String>, pieceCount: Int? = nil, areJoined: Bool = false
    ) throws(TokenizerTrainingError) -> TrainedTokenizer {
        if let pieceCount {
            var trainer = try BPETrainer(
                vocabularySize: pieceCount, specialTokens: [blankToken], minimumCount: 2)
            for text in texts { trainer.add(text) }
            return trainer.train()
        }
        var trainer = try CharacterTrainer(specialTokens: [blankToken])
        for text in texts { trainer.add(text) }
        if areJoined { trainer.add(" ") }
        return try trainer.train()
    }
}

extension Tokenizer {
    /// The tokens of a text to be spelled. Control tokens that are written out in it are text like any other.
    func targets(of text: String) throws(TokenizerError) -> [Int] {
        let control = Set(addedTokens.filter(\.isSpecial).map(\.id))
        return try encode(text, plain: PlainText([0..<text.utf8.count], controlTokens: control))
    }

    /// Characters of `text` that have no token, each once.
    func unknownCharacters(in text: String, _ targets: [Int]) -> [String] {
        guard let unknown = id(of: CharacterTrainer.unknownToken), targets.contains(unknown) else { return [] }
        return Set(text.unicodeScalars.map { String($0) }.filter { (try? self.targets(of: $0)) == [unknown] }).sorted()
    }
}
