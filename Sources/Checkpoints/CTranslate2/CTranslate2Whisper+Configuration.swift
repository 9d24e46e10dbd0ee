extension CTranslate2Whisper {
    /// What a Hugging Face folder's `config.json`, `generation_config.json` and `preprocessor_config.json` hold, derived
    /// from a CTranslate2 folder: dimensions from the weights, suppressed tokens and alignment heads from its
    /// `config.json`, identifiers of special tokens from its vocabulary.
    public struct Configuration: Sendable, Equatable {
        public let dimensions: Dimensions
        /// Never generated.
        public let suppressedTokens: [Int]
        /// Not generated as the first token.
        public let suppressedFirstTokens: [Int]
        /// Pairs of decoder layer and head; empty where the folder names none.
        public let alignmentHeads: [[Int]]
        /// Identifiers by text, `<|en|>` and the like; empty for English-only models.
        public let languages: [String: Int]
        /// Identifiers of all other tokens of the form `<|…|>`, by text, time stamps excepted.
        public let specialTokens: [String: Int]

        public var isMultilingual: Bool { !languages.isEmpty }
    }

    /// Reads the two small files beside `model.bin`. Throws ``FileError`` or ``ConfigurationError``.
    public func configuration() throws -> Configuration {
        let folder = AtomicFile.split(path).folder
        let configPath = folder + "/config.json"
        let stored = try ConfigurationFile.decode(StoredConfiguration.self, path: configPath)
        let tokens = try CTranslate2Vocabulary.specialTokens(inFolder: folder, expectedCount: dimensions.vocabularySize)

        func checked(_ ids: [Int]?, _ key: String) throws -> [Int] {
            let ids = ids ?? []
            guard ids.allSatisfy({ $0 >= -1 && $0 < dimensions.vocabularySize }) else {
                throw ConfigurationError(path: configPath, key: key, .outOfRange)
            }
            return ids.filter { $0 >= 0 }
        }
        let heads = stored.alignmentHeads ?? []
        let headsExist = heads.allSatisfy { pair in
            pair.count == 2 && (0..<dimensions.decoderLayerCount).contains(pair[0])
                && (0..<max(0, dimensions.decoderHeadCount)).contains(pair[1])
        }
        guard headsExist else { throw ConfigurationError(path: configPath, key: "alignment_heads", .outOfRange) }

        let languageIDs = Set(stored.languageTokens ?? [])
        // The vocabulary of the English-only models has language tokens, too, but they are never used.
        let isMultilingual = dimensions.vocabularySize != 51_864
        return Configuration(
            dimensions: dimensions, suppressedTokens: try checked(stored.suppressedTokens, "suppress_ids"),
            suppressedFirstTokens: try checked(stored.suppressedFirstTokens, "suppress_ids_begin"),
            alignmentHeads: heads,
            languages: isMultilingual ? tokens.filter { languageIDs.contains($0.value) } : [:],
            specialTokens: tokens.filter { !languageIDs.contains($0.value) })
    }

    private struct StoredConfiguration: Decodable {
        let suppressedTokens: [Int]?
        let suppressedFirstTokens: [Int]?
        let alignmentHeads: [[Int]]?
        let languageTokens: [Int]?

        enum CodingKeys: String, CodingKey {
            case suppressedTokens = "suppress_ids"
            case suppressedFirstTokens = "suppress_ids_begin"
            case alignmentHeads = "alignment_heads"
            case languageTokens = "lang_ids"
        }
    }
}
