extension GGUFVocabulary {
    /// A `tokenizer.json` of the same tokenizer, for Hugging Face `tokenizers` and whatever stands on it.
    ///
    /// One thing cannot be said there: tokens with the same score are merged from left to right, and in the file those with
    /// the lower id first.
    ///
    /// - Parameter file: what errors call the origin.
    public func tokenizerJSON(file: String) throws(TokenizerError) -> [UInt8] {
        // Everything that reading it would find.
        let description = try TokenizerDescription(self, file: file)
        let frame = try description.frame.get()
        let unknown = model == "llama" ? [unknownToken].compactMap { $0 } : []
        for id in frame.prefix + frame.suffix + unknown where tokens[id].isEmpty || kind(of: id) == .unused {
            throw TokenizerError(file: file, .missingToken("number \(id)"))
        }
        var json = TokenizerJSONWriter.Description()
        json.addedTokens = description.vocabulary.addedTokens
        json.vocabulary = tokens.enumerated()
            .filter { id, token in !token.isEmpty && kind(of: id) != .unused }.map { ($1, $0) }
        json.postProcessor = postProcessor(frame)
        if model == "llama" {
            let addsSpace = addsSpacePrefix ?? true
            json.normalizer = Self.sequence(
                "normalizers", (addsSpace ? [#"{"type": "Prepend", "prepend": "▁"}"#] : []) + [Self.replace(" ", "▁")])
            json.decoder = Self.sequence(
                "decoders",
                [Self.replace("▁", " "), #"{"type": "ByteFallback"}"#, #"{"type": "Fuse"}"#]
                    + (addsSpace ? [#"{"type": "Strip", "content": " ", "start": 1, "stop": 0}"#] : []))
            json.unknownToken = unknownToken.map { tokens[$0] }
            (json.fusesUnknown, json.fallsBackToBytes) = (true, true)
            json.merges = try scoredPairs(description.vocabulary, file: file).map {
                (tokens[Int($0.left)], tokens[Int($0.right)])
            }
        } else {
            json.preTokenizer = try PreTokenizer.json(ggufName: preTokenizer ?? "default", file: file)
            json.decoder =
                #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
            json.ignoresMerges = description.ignoresMerges
            json.merges = try description.merges.pairs(file: file)
        }
        var writer = TokenizerJSONWriter()
        writer.write(json)
        return Array(writer.text.utf8)
    }

    private static func replace(_ pattern: String, _ content: String) -> String {
        #"{"type": "Replace", "pattern": {"String": "\#(pattern)"}, "content": "\#(content)"}"#
    }

    private static func sequence(_ key: String, _ steps: [String]) -> String {
        #"{"type": "Sequence", "\#(key)": [\#(steps.joined(separator: ", "))]}"#
    }

    /// The tokens around a text.
    private func postProcessor(_ frame: TokenFrame) -> String {
        let ids = frame.prefix + frame.suffix
        guard !ids.isEmpty else { return "null" }
        func name(_ id: Int) -> String { TokenizerJSONWriter.quoted(tokens[id]) }
        func special(_ type: Int) -> (Int) -> String {
            { #"{"SpecialToken": {"id": \#(name($0)), "type_id": \#(type)}}"# }
        }
        func framed(_ sequence: String, _ type: Int) -> [String] {
            frame.prefix.map(special(type)) + [#"{"Sequence": {"id": "\#(sequence)", "type_id": \#(type)}}"#]
                + frame.suffix.map(special(type))
        }
        let single = framed("A", 0)
        let entries = Set(ids).sorted().map {
            #"\#(name($0)): {"id": \#(name($0)), "ids": [\#($0)], "tokens": [\#(name($0))]}"#
        }
        return #"{"type": "TemplateProcessing", "single": [\#(single.joined(separator: ", "))], "#
            + #""pair": [\#((single + framed("B", 1)).joined(separator: ", "))], "#
            + #""special_tokens": {\#(entries.joined(separator: ", "))}}"#
    }
}
