/// Writes `tokenizer.json` as Hugging Face `tokenizers` has it, a token or merge a line.
struct TokenizerJSONWriter {
    private(set) var text = ""

    /// A BPE tokenizer, its steps as JSON.
    struct Description {
        var addedTokens: [AddedToken] = []
        var normalizer = "null"
        var preTokenizer = "null"
        var postProcessor = "null"
        var decoder = "null"
        var unknownToken: String?
        var fusesUnknown = false
        var fallsBackToBytes = false
        var ignoresMerges = false
        /// Spelled as the file has them, in the order of their ids.
        var vocabulary: [(spelling: String, id: Int)] = []
        var merges: [(left: String, right: String)] = []

        /// The `model` of the file.
        var model: Model = .pairs

        enum Model {
            /// Byte pairs that are merged.
            case pairs
            /// Pieces of which the most probable are taken; all are equally probable.
            case pieces(unknownID: Int)
        }
    }

    mutating func write(_ description: Description) {
        text = """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [\(lines(description.addedTokens.map(Self.json), indent: 4))
              ],
              "normalizer": \(description.normalizer),
              "pre_tokenizer": \(description.preTokenizer),
              "post_processor": \(description.postProcessor),
              "decoder": \(description.decoder),
              "model": {
            \(model(description))
              }
            }

            """
    }

    /// The entries of the file's `model`.
    private func model(_ description: Description) -> String {
        switch description.model {
        case .pairs:
            let vocabulary = description.vocabulary.map { "\(Self.quoted($0.spelling)): \($0.id)" }
            let merges = description.merges.map { "[\(Self.quoted($0.left)), \(Self.quoted($0.right))]" }
            return """
                    "type": "BPE",
                    "dropout": null,
                    "unk_token": \(description.unknownToken.map(Self.quoted) ?? "null"),
                    "continuing_subword_prefix": null,
                    "end_of_word_suffix": null,
                    "fuse_unk": \(description.fusesUnknown),
                    "byte_fallback": \(description.fallsBackToBytes),
                    "ignore_merges": \(description.ignoresMerges),
                    "vocab": {\(lines(vocabulary, indent: 6))
                    },
                    "merges": [\(lines(merges, indent: 6))]
                """
        case .pieces(let unknownID):
            let vocabulary = description.vocabulary.map { "[\(Self.quoted($0.spelling)), -1.0]" }
            return """
                    "type": "Unigram",
                    "unk_id": \(unknownID),
                    "vocab": [\(lines(vocabulary, indent: 6))
                    ],
                    "byte_fallback": false
                """
        }
    }

    mutating func write(_ tokenizer: TrainedTokenizer) {
        var description = Description()
        description.addedTokens = tokenizer.specialTokens.enumerated().map { AddedToken(id: $0, content: $1) }
        switch tokenizer.kind {
        case .byteLevel:
            let step = #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
            (description.preTokenizer, description.decoder) = (step, step)
        case .characters(let unknown):
            description.decoder = #"{"type": "Fuse"}"#
            description.unknownToken = unknown
        case .words(let unknown):
            let step = #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}"#
            (description.preTokenizer, description.decoder) = (step, step)
            description.model = .pieces(unknownID: tokenizer.specialTokens.firstIndex(of: unknown) ?? 0)
        }
        let spellings = tokenizer.specialTokens + tokenizer.tokens.map { String(decoding: $0, as: UTF8.self) }
        description.vocabulary = spellings.enumerated().map { ($1, $0) }
        description.merges = tokenizer.merges.map { merge in
            func spelling(_ id: Int32) -> String { String(decoding: tokenizer.spelling(id), as: UTF8.self) }
            return (spelling(merge.left), spelling(merge.right))
        }
        write(description)
    }

    mutating func writeConfiguration(of tokenizer: TrainedTokenizer) {
        var entries = [#""tokenizer_class": "PreTrainedTokenizerFast""#, #""clean_up_tokenization_spaces": false"#]
        if tokenizer.specialTokens.contains(endOfText) { entries.append(#""eos_token": \#(Self.quoted(endOfText))"#) }
        switch tokenizer.kind {
        case .byteLevel: break
        case .characters(let unknown), .words(let unknown):
            entries.append(#""unk_token": \#(Self.quoted(unknown))"#)
        }
        text = "{\(lines(entries, indent: 2))\n}\n"
    }

    private func lines(_ entries: [String], indent: Int) -> String {
        entries.map { "\n" + String(repeating: " ", count: indent) + $0 }.joined(separator: ",")
    }

    private static func json(_ token: AddedToken) -> String {
        """
        {"id": \(token.id), "content": \(quoted(token.content)), "single_word": \(token.isSingleWord), \
        "lstrip": \(token.stripsLeft), "rstrip": \(token.stripsRight), "normalized": \(token.isNormalized), \
        "special": \(token.isSpecial)}
        """
    }

    /// A JSON string: quotes, backslashes and control characters are escaped (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
