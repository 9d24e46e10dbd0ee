import JSON

// How the settings of a tokenizer.json become ours. What is not known here is refused by name, never passed over:
// it would quietly give other ids than the model was trained with.

extension AddedToken {
    init(_ settings: Settings, id: Int? = nil, isSpecial: Bool? = nil) throws(TokenizerError) {
        try settings.allow([
            "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special", "__type",
        ])
        // `??` would lose the type of the error.
        let listedID = if let id { id } else { try settings("id").integer() }
        let listedSpecial = if let isSpecial { isSpecial } else { try settings("special").boolean(default: false) }
        self.init(
            id: listedID, content: try settings("content").string(),
            isSingleWord: try settings("single_word").boolean(default: false),
            stripsLeft: try settings("lstrip").boolean(default: false),
            stripsRight: try settings("rstrip").boolean(default: false),
            isNormalized: try settings("normalized").boolean(default: false),
            isSpecial: listedSpecial)
    }

    static let longestContent = 1024

    func checkLength(file: String) throws(TokenizerError) {
        guard content.utf8.count <= Self.longestContent else {
            throw TokenizerError(
                file: file, .addedTokenTooLong(byteCount: content.utf8.count, limit: Self.longestContent))
        }
    }
}
