/// Reads the part of XML 1.0 that files of labels use: elements, text, comments, processing instructions, CDATA and the five
/// entities of XML itself.
///
/// There is no document type, hence no entity that grows and none that names a file; depth and the number of elements are
/// limited. Attributes are checked for their form and dropped.
struct XMLParser {
    static let depthLimit = 32
    static let elementLimit = 500_000
    /// Of a name or an entity.
    private static let nameLimit = 256

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var elementCount = 0

    /// The root element of a text.
    static func parse(_ bytes: [UInt8]) throws(XMLError) -> XMLElement {
        var parser = XMLParser(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        try parser.skipMiscellany()
        let root = try parser.element(depth: 1)
        try parser.skipMiscellany()
        guard parser.position == bytes.count else { throw parser.error(.expected("the end")) }
        return root
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func error(_ fault: XMLFault) -> XMLError { XMLError(fault: fault, line: line) }

    // MARK: Elements

    private mutating func element(depth: Int) throws(XMLError) -> XMLElement {
        guard depth <= Self.depthLimit else { throw error(.tooDeep(limit: Self.depthLimit)) }
        elementCount += 1
        guard elementCount <= Self.elementLimit else { throw error(.tooManyElements(limit: Self.elementLimit)) }
        let start = line
        try expect("<", "a tag")
        var element = XMLElement(name: try name(), line: start)
        guard try !skipAttributes() else { return element }
        var text: [UInt8] = []
        while true {
            guard let byte = peek() else { throw error(.unexpectedEnd) }
            switch byte {
            case UInt8(ascii: "<"):
                if skip("</") {
                    let closing = try name()
                    guard closing == element.name else { throw error(.wrongEndTag(closing, open: element.name)) }
                    skipSpaces()
                    try expect(">", "'>'")
                    guard let string = String(validating: text, as: UTF8.self) else { throw error(.notUTF8) }
                    element.text = string.trimmed
                    return element
                } else if skip("<![CDATA[") {
                    text += try through("]]>")
                } else if try !skipComment() {
                    element.children.append(try self.element(depth: depth + 1))
                }
            case UInt8(ascii: "&"): text += try entity()
            default:
                try checkCharacter(byte)
                text.append(byte)
                advance()
            }
        }
    }

    /// - Returns: whether the tag closes the element at once: `<a/>`.
    private mutating func skipAttributes() throws(XMLError) -> Bool {
        while true {
            let before = position
            skipSpaces()
            if skip("/>") { return true }
            if skip(">") { return false }
            guard peek() != nil else { throw error(.unexpectedEnd) }
            guard position > before else { throw error(.expected("'>'")) }
            _ = try name()
            skipSpaces()
            try expect("=", "'='")
            skipSpaces()
            guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw error(.expected("a quote"))
            }
            advance()
            while let byte = peek(), byte != quote {
                guard byte != UInt8(ascii: "<") else { throw error(.expected("a closing quote")) }
                try checkCharacter(byte)
                advance()
            }
            guard peek() == quote else { throw error(.unexpectedEnd) }
            advance()
        }
    }

    private mutating func name() throws(XMLError) -> String {
        let start = position
        func isPart(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), 0x80...0xFF:
                true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): position > start
            default: false
            }
        }
        while let byte = peek(), isPart(byte), position - start < Self.nameLimit { position += 1 }
        guard position > start else { throw error(peek() == nil ? .unexpectedEnd : .expected("a name")) }
        guard let name = String(validating: bytes[start..<position], as: UTF8.self) else { throw error(.notUTF8) }
        return name
    }

    /// The UTF-8 of `&lt;`, `&#233;` and the like.
    private mutating func entity() throws(XMLError) -> [UInt8] {
        advance()
        let start = position
        while let byte = peek(), byte != UInt8(ascii: ";"), position - start < 16 { position += 1 }
        guard peek() == UInt8(ascii: ";") else { throw error(.expected("';' behind the name of an entity")) }
        let name = String(decoding: bytes[start..<position], as: UTF8.self)
        position += 1
        switch name {
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "amp": return [UInt8(ascii: "&")]
        case "apos": return [UInt8(ascii: "'")]
        case "quot": return [UInt8(ascii: "\"")]
        default: break
        }
        guard name.hasPrefix("#") else { throw error(.unknownEntity(name)) }
        let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
        // The initializer would take a sign.
        guard digits.first?.isHexDigit == true,
            let code = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10), let scalar = Unicode.Scalar(code),
            code >= 0x20 || [0x09, 0x0A, 0x0D].contains(code)
        else { throw error(.invalidCharacter) }
        return Array(String(scalar).utf8)
    }

    // MARK: Between elements

    /// White space, comments and processing instructions around the root.
    private mutating func skipMiscellany() throws(XMLError) {
        repeat { skipSpaces() } while try skipComment()
    }

    /// - Returns: whether there was a comment or a processing instruction.
    private mutating func skipComment() throws(XMLError) -> Bool {
        if skip("<!--") {
            _ = try through("-->")
        } else if skip("<?") {
            _ = try through("?>")
        } else if skip("<!") {
            throw error(.documentType)
        } else {
            return false
        }
        return true
    }

    // MARK: Bytes

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        if bytes[position] == 0x0A { line += 1 }
        position += 1
    }

    private mutating func skipSpaces() {
        while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { advance() }
    }

    private func checkCharacter(_ byte: UInt8) throws(XMLError) {
        guard byte >= 0x20 || [0x09, 0x0A, 0x0D].contains(byte) else { throw error(.invalidCharacter) }
    }

    /// - Parameter text: without line ends.
    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
        position += count
        return true
    }

    private mutating func expect(_ text: StaticString, _ what: String) throws(XMLError) {
        guard skip(text) else { throw error(peek() == nil ? .unexpectedEnd : .expected(what)) }
    }

    /// What stands before `end`, which is read too.
    private mutating func through(_ end: StaticString) throws(XMLError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            let here = position
            if skip(end) { return bytes[start..<here] }
            try checkCharacter(bytes[position])
            advance()
        }
        throw error(.unexpectedEnd)
    }
}
