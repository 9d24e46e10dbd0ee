extension PreTokenizer {
    /// The pre-tokenizer that a GGUF file means by its `tokenizer.ggml.pre`, for byte-level vocabularies.
    ///
    /// The names are those that llama.cpp writes; what they cut is what the models' own tokenizer.json files say. A name
    /// that stands for another kind of vocabulary, or that is not known here, is an error.
    init(ggufName name: String, file: String) throws(TokenizerError) {
        var steps: [Step] = []
        for cut in try Self.entry(ggufName: name, file: file).cuts {
            switch cut {
            case .digitByDigit: steps.append(.digits(individually: true))
            case .words(let pattern): steps.append(.words(pattern))
            case .isolating(let pattern):
                do throws(PatternError) {
                    steps.append(
                        .split(Splitter(matcher: .expression(try RegularExpression(pattern)), behavior: .isolated)))
                } catch {
                    throw TokenizerError(
                        file: file,
                        .unsupportedPattern(setting: "tokenizer.ggml.pre", part: error.part, reason: error.reason))
                }
            }
        }
        self.init(steps: steps)
    }

    /// Whether the models with this `tokenizer.ggml.pre` take a word that is a token as a whole, without merging.
    static func ignoresMerges(ggufName name: String) -> Bool {
        named.first { $0.names.contains(name) }?.ignoresMerges ?? false
    }

    /// The name by which a GGUF file means this pre-tokenizer; nil where none does.
    static func ggufName(of preTokenizer: PreTokenizer, ignoresMerges: Bool) -> String? {
        named.first { entry in
            entry.ignoresMerges == ignoresMerges
                && (try? PreTokenizer(ggufName: entry.names[0], file: "")) == preTokenizer
        }?.names[0]
    }

    /// All names that are known.
    static var ggufNames: [String] { named.flatMap(\.names) }

    /// What a tokenizer.json says of the pre-tokenizer with this name, the step of bytes included.
    static func json(ggufName name: String, file: String) throws(TokenizerError) -> String {
        func byteLevel(_ cutsWords: Bool) -> String {
            #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": \#(cutsWords)}"#
        }
        func split(_ pattern: String) -> String {
            #"{"type": "Split", "pattern": {"Regex": \#(TokenizerJSONWriter.quoted(pattern))}, "#
                + #""behavior": "Isolated", "invert": false}"#
        }
        var cuts = try entry(ggufName: name, file: file).cuts
        // The step of bytes knows these words itself.
        let endsWithWords = if case .words(.gpt2) = cuts.last { true } else { false }
        if endsWithWords { cuts.removeLast() }
        let steps = cuts.map { cut in
            switch cut {
            case .digitByDigit: #"{"type": "Digits", "individual_digits": true}"#
            case .words(let words): split(words.regularExpression)
            case .isolating(let pattern): split(pattern)
            }
        }
        guard !steps.isEmpty else { return byteLevel(endsWithWords) }
        let all = (steps + [byteLevel(endsWithWords)]).joined(separator: ", ")
        return #"{"type": "Sequence", "pretokenizers": [\#(all)]}"#
    }

    private static func entry(ggufName name: String, file: String) throws(TokenizerError) -> Named {
        guard let entry = named.first(where: { $0.names.contains(name) }) else {
            throw TokenizerError(
                file: file,
                .unknownInGGUF(
                    setting: "tokenizer.ggml.pre", value: name, known: ggufNames.sorted().joined(separator: ", ")))
        }
        return entry
    }

    private enum Cut {
        case digitByDigit
        case words(WordPattern)
        case isolating(String)
    }

    private struct Named {
        let names: [String]
        let cuts: [Cut]
        var ignoresMerges = false
    }

    private static let named = [
        Named(
            names: [
                "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "jina-v1-en",
                "jina-v2-code", "roberta-bpe", "a.x-4.0", "mellum", "modern-bert", "mpt", "olmo", "jais", "trillion",
                "granite-docling", "exaone4",
            ], cuts: [.words(.gpt2)]),
        Named(
            names: ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
            cuts: [.digitByDigit, .words(.gpt2)]),
        Named(
            names: [
                "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                "jina-v5-nano", "glm4", "glm5",
            ], cuts: [.words(.lines(maximumDigits: 3))], ignoresMerges: true),
        Named(names: ["dbrx", "smaug-bpe", "chatglm-bpe"], cuts: [.words(.lines(maximumDigits: 3))]),
        Named(
            names: [
                "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open",
                "grok-2",
            ], cuts: [.words(.lines(maximumDigits: 1))]),
        Named(
            names: ["qwen35"],
            cuts: [
                .isolating(
                    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"#
                        + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#)
            ]),
        Named(names: ["gpt-4o", "llama4", "kanana2"], cuts: [.isolating(o200k)]),
        Named(names: ["tekken"], cuts: [.isolating(tekken)], ignoresMerges: true),
        Named(
            names: ["deepseek-v3", "hunyuan-dense"],
            cuts: [
                .isolating(#"\p{N}{1,3}"#), .isolating(#"[一-龥\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+"#),
                .isolating(
                    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
                        + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
            ]),
        Named(
            names: ["deepseek-coder"],
            cuts: [
                .isolating(#"[\r\n]"#), .isolating(#"\s?\p{L}+"#), .isolating(#"\s?\p{P}+"#),
                .isolating(#"[一-龥\x{800}-一가-\x{D7FF}]+"#), .digitByDigit,
            ]),
        Named(
            names: ["falcon"],
            cuts: [
                .isolating(#"[\p{P}\$\+<=>\^~\|`]+"#), .words(.gpt2), .isolating("[0-9][0-9][0-9]"),
            ]),
        // What llama.cpp takes where the file does not say.
        Named(
            names: ["default"],
            cuts: [
                .isolating(#"[\p{P}\$\+<=>\^~\|]+"#), .words(.gpt2), .isolating(#"\p{N}+"#),
                .isolating("[0-9][0-9][0-9]"),
            ]),
    ]

    private static let o200k =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    private static let tekken =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
