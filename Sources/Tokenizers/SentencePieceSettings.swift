import JSON

/// How a tokenizer.json with byte fallback treats spaces. Files of SentencePiece models all say the same in the same
/// words: mark the spaces, put one in front, and undo both.
struct SentencePieceSettings {
    var prependsSpace = false
    var dropsFirstSpace = false

    private static let mark = "▁"

    init(normalizer: Settings, preTokenizer: Settings, decoder: Settings) throws(TokenizerError) {
        guard preTokenizer.isNull else {
            throw preTokenizer.unsupported(preTokenizer.shortText, supported: "null, with byte fallback")
        }
        var marksSpaces = false
        for step in try Self.steps(of: normalizer, "normalizers") {
            switch try step("type").string() {
            case "Prepend":
                try step.allow(["type", "prepend"])
                try Self.require(step("prepend"), Self.mark)
                prependsSpace = true
            case "Replace":
                try Self.checkReplacement(step, " ", by: Self.mark)
                marksSpaces = true
            case let other: throw step("type").unsupported(other, supported: "Prepend, Replace, with byte fallback")
            }
        }
        guard marksSpaces else { throw normalizer.unsupported(normalizer.shortText, supported: "Replace of spaces") }
        for step in try Self.steps(of: decoder, "decoders") {
            switch try step("type").string() {
            case "Replace": try Self.checkReplacement(step, Self.mark, by: " ")
            case "ByteFallback", "Fuse": try step.allow(["type"])
            case "Strip":
                try step.allow(["type", "content", "start", "stop"])
                try Self.require(step("content"), " ")
                guard step("start").value == .integer(1), step("stop").value == .integer(0) else {
                    throw step.unsupported("another count", supported: "one space at the start")
                }
                dropsFirstSpace = true
            case let other:
                throw step("type").unsupported(other, supported: "Replace, ByteFallback, Fuse, Strip")
            }
        }
    }

    private static func steps(of settings: Settings, _ key: String) throws(TokenizerError) -> [Settings] {
        guard case .string("Sequence") = settings("type").value else { return settings.isNull ? [] : [settings] }
        try settings.allow(["type", key])
        return try settings(key).elements()
    }

    private static func checkReplacement(
        _ settings: Settings, _ pattern: String, by content: String
    ) throws(TokenizerError) {
        try settings.allow(["type", "pattern", "content"])
        try require(settings("pattern")("String"), pattern)
        try require(settings("content"), content)
    }

    private static func require(_ settings: Settings, _ expected: String) throws(TokenizerError) {
        let found = try settings.string()
        guard found == expected else { throw settings.unsupported(found, supported: expected) }
    }
}
