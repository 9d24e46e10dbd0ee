import JSON

extension TokenDecoder {
    /// - Throws: also where a step comes so late that a stream would have to wait for it.
    init(_ settings: Settings) throws(TokenizerError) {
        guard !settings.isNull else {
            steps = [.spaced]
            return
        }
        var flat: [Settings] = []
        try Self.flatten(settings, into: &flat)
        var isFused = false
        for element in flat {
            let type = try element("type").string()
            if isFused {
                try readFused(type, element)
                continue
            }
            if steps.contains(.byteFallback), !["Fuse", "Strip"].contains(type) {
                throw element("type").unsupported(type, supported: "Fuse, and Strip behind it, after ByteFallback")
            }
            switch type {
            case "Fuse":
                try element.allow(["type"])
                isFused = true
            case "ByteLevel":
                try element.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
                steps.append(.byteLevel)
                isFused = true
            default: steps.append(try Self.step(type, element))
            }
        }
    }

    private static let maximumSteps = 16

    private static func flatten(_ settings: Settings, into flat: inout [Settings]) throws(TokenizerError) {
        guard case .string("Sequence") = settings("type").value else { return flat.append(settings) }
        try settings.allow(["type", "decoders"])
        for element in try settings("decoders").elements() { try flatten(element, into: &flat) }
        guard flat.count <= maximumSteps else {
            throw settings.unsupported("\(flat.count) steps", supported: "at most \(maximumSteps)")
        }
    }

    /// What comes behind `Fuse` works on the whole text.
    private mutating func readFused(_ type: String, _ settings: Settings) throws(TokenizerError) {
        switch type {
        case "Fuse": try settings.allow(["type"])
        case "Strip":
            let strip = try Self.strip(settings)
            guard strip.scalar == " ", strip.start <= 1, strip.stop == 0 else {
                throw settings.unsupported(
                    "another count or character", supported: "one space at the start, after Fuse")
            }
            dropsFirstSpace = dropsFirstSpace || strip.start == 1
        default: throw settings("type").unsupported(type, supported: "Strip of one space at the start, after Fuse")
        }
    }

    private static func strip(
        _ settings: Settings
    ) throws(TokenizerError) -> (scalar: Unicode.Scalar, start: Int, stop: Int) {
        try settings.allow(["type", "content", "start", "stop"])
        let (start, stop) = (try settings("start").integer(), try settings("stop").integer())
        guard (0...1024).contains(start), (0...1024).contains(stop) else {
            throw settings.unsupported("\(start), \(stop)", supported: "start and stop in 0...1024")
        }
        return (try settings("content").scalar(), start, stop)
    }

    private static func step(_ type: String, _ settings: Settings) throws(TokenizerError) -> Step {
        switch type {
        case "WordPiece":
            try settings.allow(["type", "prefix", "cleanup"])
            return .wordPiece(
                prefix: Array(try settings("prefix").string().utf8), cleansUp: try settings("cleanup").boolean())
        case "Metaspace":
            let metaspace = try Metaspace(settings)
            return .metaspace(
                mark: Array(String(metaspace.mark).utf8), dropsFirst: metaspace.prependScheme != .never)
        case "Replace":
            let replacement = try settings.replacement()
            return .replace(replacement.expression, by: replacement.content)
        case "ByteFallback":
            try settings.allow(["type"])
            return .byteFallback
        case "Strip":
            let strip = try strip(settings)
            return .strip(strip.scalar, start: strip.start, stop: strip.stop)
        case "BPEDecoder":
            try settings.allow(["type", "suffix"])
            let suffix = try settings("suffix").string()
            guard !suffix.isEmpty else { throw settings("suffix").unsupported("", supported: "a text") }
            return .wordEnd(Array(suffix.utf8))
        default:
            throw settings("type").unsupported(
                type,
                supported:
                    "null, ByteLevel, WordPiece, Metaspace, Replace, ByteFallback, Fuse, Strip, BPEDecoder, Sequence")
        }
    }
}
