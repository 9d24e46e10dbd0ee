import JSON

extension PreTokenizer {
    /// - Throws: also where `ByteLevel` is not the last step: only there its characters are those of the vocabulary.
    init(_ settings: Settings) throws(TokenizerError) {
        var flat: [Settings] = []
        try Self.flatten(settings, into: &flat)
        var steps: [Step] = []
        for (index, element) in flat.enumerated() {
            let type = try element("type").string()
            guard type != "ByteLevel" || index == flat.count - 1 else {
                throw element("type").unsupported(type, supported: "ByteLevel once, as the last step")
            }
            steps += try Self.steps(of: type, element)
        }
        self.steps = steps
    }

    /// Whether the words are written in the characters of ``ByteLevelAlphabet``: `ByteLevel` comes, and comes last.
    static func endsWithByteLevel(_ settings: Settings) throws(TokenizerError) -> Bool {
        var flat: [Settings] = []
        try Self.flatten(settings, into: &flat)
        return try flat.last?("type").string() == "ByteLevel"
    }

    private static func flatten(_ settings: Settings, into flat: inout [Settings]) throws(TokenizerError) {
        if settings.isNull { return }
        guard case .string("Sequence") = settings("type").value else {
            flat.append(settings)
            return
        }
        try settings.allow(["type", "pretokenizers"])
        for element in try settings("pretokenizers").elements() { try flatten(element, into: &flat) }
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
            return try split(settings)
        case "Punctuation":
            try settings.allow(["type", "behavior"])
            let behavior = try settings("behavior").isNull ? .isolated : Self.behavior(settings("behavior"))
            return [.split(Splitter(matcher: .punctuation, behavior: behavior))]
        case "BertPreTokenizer":
            try settings.allow(["type"])
            return [
                .split(Splitter(matcher: .space, behavior: .removed)),
                .split(Splitter(matcher: .punctuation, behavior: .isolated)),
            ]
        case "Whitespace":
            try settings.allow(["type"])
            return [.split(Splitter(matcher: .wordsAndSymbols, behavior: .removed, isInverted: true))]
        case "WhitespaceSplit":
            try settings.allow(["type"])
            return [.split(Splitter(matcher: .space, behavior: .removed))]
        case "CharDelimiterSplit":
            try settings.allow(["type", "delimiter"])
            return [.split(Splitter(matcher: .scalar(try settings("delimiter").scalar()), behavior: .removed))]
        case "Metaspace": return [.metaspace(try Metaspace(settings))]
        case "FixedLength":
            try settings.allow(["type", "length"])
            let length = settings("length").isNull ? 5 : try settings("length").integer()
            guard length > 0 else { throw settings("length").unsupported("\(length)", supported: "at least 1") }
            return [.fixedLength(length)]
        default:
            throw settings("type").unsupported(
                type,
                supported: "ByteLevel, Digits, Split, Punctuation, BertPreTokenizer, Whitespace, WhitespaceSplit, "
                    + "CharDelimiterSplit, Metaspace, FixedLength, Sequence")
        }
    }

    private static func split(_ settings: Settings) throws(TokenizerError) -> [Step] {
        let behavior = try behavior(settings("behavior"))
        let isInverted = try settings("invert").boolean(default: false)
        let pattern = settings("pattern")
        try pattern.allow(["Regex", "String"])
        guard pattern("Regex").isNull else {
            let text = try pattern("Regex").string()
            // The known patterns leave no gaps, so keeping the matches, or removing what lies between them, is the same.
            if behavior == (isInverted ? .removed : .isolated), let known = WordPattern(regularExpression: text) {
                return [.words(known)]
            }
            let matcher = Splitter.Matcher.expression(try pattern("Regex").regularExpression())
            return [.split(Splitter(matcher: matcher, behavior: behavior, isInverted: isInverted))]
        }
        let literal = try pattern("String").string()
        let matcher = Splitter.Matcher.expression(RegularExpression(literal: literal))
        return [.split(Splitter(matcher: matcher, behavior: behavior, isInverted: isInverted))]
    }

    private static func behavior(_ settings: Settings) throws(TokenizerError) -> Splitter.Behavior {
        let name = try settings.string()
        guard let behavior = Splitter.Behavior(rawValue: name) else {
            throw settings.unsupported(
                name, supported: Splitter.Behavior.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return behavior
    }
}

extension Metaspace {
    init(_ settings: Settings) throws(TokenizerError) {
        try settings.allow(["type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"])
        mark = try settings("replacement").scalar()
        guard mark != " " else { throw settings("replacement").unsupported(" ", supported: "another character") }
        let adds = try settings("add_prefix_space").boolean(default: true)
        let name = settings("prepend_scheme").isNull ? "always" : try settings("prepend_scheme").string()
        guard let scheme = PrependScheme(rawValue: name) else {
            throw settings("prepend_scheme").unsupported(
                name, supported: PrependScheme.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard adds || scheme == .never || settings("prepend_scheme").isNull else {
            throw settings("add_prefix_space").unsupported("false", supported: "true, with prepend_scheme \(name)")
        }
        prependScheme = adds ? scheme : .never
        splits = try settings("split").boolean(default: true)
    }
}

extension Settings {
    func scalar() throws(TokenizerError) -> Unicode.Scalar {
        let text = try string().unicodeScalars
        guard text.count == 1, let scalar = text.first else { throw wrongType("one character") }
        return scalar
    }

    func regularExpression() throws(TokenizerError) -> RegularExpression {
        let text = try string()
        do throws(PatternError) {
            return try RegularExpression(text)
        } catch {
            throw TokenizerError(
                file: file, .unsupportedPattern(setting: name, part: error.part, reason: error.reason))
        }
    }
}
