import Foundation
import JSON

extension Normalizer {
    init(_ settings: Settings) throws(TokenizerError) {
        var steps: [Step] = []
        try Self.read(settings, into: &steps)
        self.steps = steps
    }

    private static let maximumSteps = 64

    private static func read(_ settings: Settings, into steps: inout [Step]) throws(TokenizerError) {
        if settings.isNull { return }
        guard case .string("Sequence") = settings("type").value else {
            return steps.append(try step(settings))
        }
        try settings.allow(["type", "normalizers"])
        for element in try settings("normalizers").elements() { try read(element, into: &steps) }
        guard steps.count <= maximumSteps else {
            throw settings.unsupported("\(steps.count) steps", supported: "at most \(maximumSteps)")
        }
    }

    private static func step(_ settings: Settings) throws(TokenizerError) -> Step {
        let type = try settings("type").string()
        switch type {
        case "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt":
            try settings.allow(["type"])
            switch type {
            case "NFC": return .form(.nfc)
            case "NFD": return .form(.nfd)
            case "NFKC": return .form(.nfkc)
            case "NFKD": return .form(.nfkd)
            case "Lowercase": return .lowercase
            case "StripAccents": return .stripAccents
            default: return .nmt
            }
        case "Strip":
            try settings.allow(["type", "strip_left", "strip_right"])
            return .strip(left: try settings("strip_left").boolean(), right: try settings("strip_right").boolean())
        case "Prepend":
            try settings.allow(["type", "prepend"])
            return .prepend(Array(try settings("prepend").string().utf8))
        case "Replace":
            let replacement = try settings.replacement()
            return .replace(replacement.expression, by: replacement.content)
        case "BertNormalizer":
            try settings.allow(["type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"])
            let lowercases = try settings("lowercase").boolean()
            return .bert(
                BertNormalization(
                    cleansText: try settings("clean_text").boolean(),
                    separatesChineseCharacters: try settings("handle_chinese_chars").boolean(),
                    stripsAccents: try settings("strip_accents").boolean(default: lowercases), lowercases: lowercases))
        case "Precompiled":
            try settings.allow(["type", "precompiled_charsmap"])
            let text = settings("precompiled_charsmap")
            guard let bytes = Data(base64Encoded: try text.string()), let map = PrecompiledCharacterMap([UInt8](bytes))
            else { throw text.wrongType("the base64 of a double-array trie and its texts") }
            return .precompiled(map)
        default:
            throw settings("type").unsupported(
                type,
                supported: "null, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, Nmt, "
                    + "BertNormalizer, Precompiled, Sequence")
        }
    }
}

extension Settings {
    /// `Replace`, as normalizer and as decoder: what, and by what.
    func replacement() throws(TokenizerError) -> (expression: RegularExpression, content: [UInt8]) {
        try allow(["type", "pattern", "content"])
        let pattern = self("pattern")
        try pattern.allow(["Regex", "String"])
        let content = Array(try self("content").string().utf8)
        guard pattern("Regex").isNull else { return (try pattern("Regex").regularExpression(), content) }
        return (RegularExpression(literal: try pattern("String").string()), content)
    }
}
