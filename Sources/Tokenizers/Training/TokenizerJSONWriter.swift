/// Writes `tokenizer.json` as Hugging Face `tokenizers` has it, a token or merge a line.
struct TokenizerJSONWriter {
    private(set) var text = ""

    mutating func write(_ tokenizer: TrainedTokenizer) {
        text = """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [\(lines(addedTokens(of: tokenizer), indent: 4))
              ],
              "normalizer": null,
            \(Self.steps(tokenizer.kind))
              "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": \(Self.unknownToken(tokenizer.kind)),
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": false,
                "vocab": {\(lines(vocabulary(of: tokenizer), indent: 6))
                },
                "merges": [\(lines(merges(of: tokenizer), indent: 6))]
              }
            }

            """
    }

    mutating func writeConfiguration(of tokenizer: TrainedTokenizer) {
        var entries = [#""tokenizer_class": "PreTrainedTokenizerFast""#, #""clean_up_tokenization_spaces": false"#]
        if tokenizer.specialTokens.contains(endOfText) { entries.append(#""eos_token": \#(Self.quoted(endOfText))"#) }
        if case .characters(let unknown) = tokenizer.kind { entries.append(#""unk_token": \#(Self.quoted(unknown))"#) }
        text = "{\(lines(entries, indent: 2))\n}\n"
    }

    private func lines(_ entries: [String], indent: Int) -> String {
        entries.map { "\n" + String(repeating: " ", count: indent) + $0 }.joined(separator: ",")
    }

    private func addedTokens(of tokenizer: TrainedTokenizer) -> [String] {
        tokenizer.specialTokens.enumerated().map { id, content in
            """
            {"id": \(id), "content": \(Self.quoted(content)), "single_word": false, "lstrip": false, "rstrip": false, \
            "normalized": false, "special": true}
            """
        }
    }

    private func vocabulary(of tokenizer: TrainedTokenizer) -> [String] {
        let spellings = tokenizer.specialTokens + tokenizer.tokens.map { String(decoding: $0, as: UTF8.self) }
        return spellings.enumerated().map { id, spelling in "\(Self.quoted(spelling)): \(id)" }
    }

    private func merges(of tokenizer: TrainedTokenizer) -> [String] {
        tokenizer.merges.map { merge in
            let pair = [merge.left, merge.right].map {
                Self.quoted(String(decoding: tokenizer.spelling($0), as: UTF8.self))
            }
            return "[\(pair.joined(separator: ", "))]"
        }
    }

    private static func steps(_ kind: TrainedTokenizer.Kind) -> String {
        switch kind {
        case .byteLevel:
            let step = #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
            return """
                  "pre_tokenizer": \(step),
                  "post_processor": null,
                  "decoder": \(step),
                """
        case .characters:
            return """
                  "pre_tokenizer": null,
                  "post_processor": null,
                  "decoder": {"type": "Fuse"},
                """
        }
    }

    private static func unknownToken(_ kind: TrainedTokenizer.Kind) -> String {
        if case .characters(let unknown) = kind { quoted(unknown) } else { "null" }
    }

    /// A JSON string: quotes, backslashes and control characters are escaped (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
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
