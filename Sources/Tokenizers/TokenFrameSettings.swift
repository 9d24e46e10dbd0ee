import JSON

extension TokenFrame {
    /// What a post-processor puts around a single text. A kind that is not known here is an error only to those who ask.
    static func reading(_ settings: Settings) -> Result<TokenFrame, TokenizerError> {
        Result { () throws(TokenizerError) in try TokenFrame(settings) }
    }

    private init(_ settings: Settings) throws(TokenizerError) {
        self.init()
        guard !settings.isNull else { return }
        switch try settings("type").string() {
        // Concerns positions in the text, which are not given out here.
        case "ByteLevel": break
        case "Sequence":
            for element in try settings("processors").elements() {
                let inner = try TokenFrame(element)
                prefix = inner.prefix + prefix
                suffix += inner.suffix
            }
        case "TemplateProcessing":
            var isBehind = false
            for element in try settings("single").elements() {
                if !element("Sequence").isNull {
                    isBehind = true
                    continue
                }
                let name = try element("SpecialToken")("id").string()
                for id in try settings("special_tokens")(name)("ids").elements() {
                    let id = try id.integer()
                    if isBehind { suffix.append(id) } else { prefix.append(id) }
                }
            }
        case "BertProcessing", "RobertaProcessing":
            prefix = [try Self.id(settings("cls"))]
            suffix = [try Self.id(settings("sep"))]
        case let other:
            throw settings("type").unsupported(
                other, supported: "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing, Sequence")
        }
    }

    /// Of a token written as its text and its id.
    private static func id(_ settings: Settings) throws(TokenizerError) -> Int {
        let parts = try settings.elements()
        guard parts.count == 2 else { throw settings.wrongType("a token and its id") }
        return try parts[1].integer()
    }
}
