import JSON

// How the settings of a tokenizer.json become ours. What is not known here is refused by name, never passed over:
// it would quietly give other ids than the model was trained with.

extension Normalizer {
    init(_ settings: Settings) throws(TokenizerError) {
        self = .none
        guard !settings.isNull else { return }
        switch try settings("type").string() {
        case "NFC":
            try settings.allow(["type"])
            self = .canonicalComposition
        case "Sequence":
            try settings.allow(["type", "normalizers"])
            for element in try settings("normalizers").elements() {
                let normalizer = try Normalizer(element)
                if normalizer != .none { self = normalizer }
            }
        case let other: throw settings("type").unsupported(other, supported: "null, NFC, Sequence")
        }
    }
}

extension PreTokenizer {
    /// - Throws: also if the result would not cut for a byte-level vocabulary: `ByteLevel` must come once, and last.
    init(_ settings: Settings) throws(TokenizerError) {
        var flat: [Settings] = []
        try Self.flatten(settings, into: &flat)
        var steps: [Step] = []
        for (index, element) in flat.enumerated() {
            let isLast = index == flat.count - 1
            let type = try element("type").string()
            guard isLast == (type == "ByteLevel") else {
                throw element("type").unsupported(
                    type, supported: "Sequence, Split, Digits, and ByteLevel once as the last step")
            }
            steps += try Self.steps(of: type, element)
        }
        self.steps = steps
    }

    private static func flatten(_ settings: Settings, into flat: inout [Settings]) throws(TokenizerError) {
        guard case .string("Sequence") = settings("type").value else {
            if settings.isNull {
                throw settings.unsupported("null", supported: "ByteLevel, or a Sequence that ends with it")
            }
            flat.append(settings)
            return
        }
        try settings.allow(["type", "pretokenizers"])
        let elements = try settings("pretokenizers").elements()
        guard !elements.isEmpty else { throw settings("pretokenizers").wrongType("a list that ends with ByteLevel") }
        for element in elements { try flatten(element, into: &flat) }
        guard flat.count <= maximumSteps else {
            throw settings.unsupported("\(flat.count) steps", supported: "at most \(maximumSteps)")
        }
    }

    private static let maximumSteps = 16

    private static func steps(of type: String, _ settings: Settings) throws(TokenizerError) -> [Step] {
        switch type {
        case "ByteLevel":
            // trim_offsets concerns positions in the text, which are not given out here.
            try settings.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
            let prefix: [Step] = try settings("add_prefix_space").boolean(default: true) ? [.prefixSpace] : []
            return try prefix + (settings("use_regex").boolean(default: true) ? [.words(.gpt2)] : [])
        case "Digits":
            try settings.allow(["type", "individual_digits"])
            return [.digits(individually: try settings("individual_digits").boolean(default: false))]
        case "Split":
            try settings.allow(["type", "pattern", "behavior", "invert"])
            let expression = settings("pattern")("Regex")
            guard let pattern = WordPattern(regularExpression: try expression.string()) else {
                throw expression.unsupported(
                    try expression.string(), supported: "the patterns of GPT-2, Llama 3 and Qwen 2")
            }
            // The patterns leave no gaps, so keeping the matches, or removing what lies between them, is the same.
            let behavior = try settings("behavior").string()
            let isInverted = try settings("invert").boolean(default: false)
            guard behavior == (isInverted ? "Removed" : "Isolated") else {
                throw settings("behavior").unsupported(
                    "\(behavior), inverted: \(isInverted)", supported: "Isolated; Removed, inverted")
            }
            return [.words(pattern)]
        default: throw settings("type").unsupported(type, supported: "ByteLevel, Digits, Split, Sequence")
        }
    }
}

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

/// Refuses decoders that would not give the text of byte-level tokens.
func checkDecoder(_ settings: Settings) throws(TokenizerError) {
    guard !settings.isNull else { return }
    switch try settings("type").string() {
    case "ByteLevel": try settings.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    case "Sequence":
        try settings.allow(["type", "decoders"])
        for element in try settings("decoders").elements() { try checkDecoder(element) }
    case let other: throw settings("type").unsupported(other, supported: "ByteLevel")
    }
}
