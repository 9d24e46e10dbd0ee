struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case text(TemplateText)
        case statementBegin, statementEnd
        case outputBegin, outputEnd
        case name(String)
        case integer(Int)
        case number(Double)
        case string(TemplateText)
        case symbol(String)
        case end
    }

    let kind: Kind
    let place: SourcePlace

    /// What errors call it.
    var text: String {
        switch kind {
        case .text: "text"
        case .statementBegin: "'{%'"
        case .statementEnd: "'%}'"
        case .outputBegin: "'{{'"
        case .outputEnd: "'}}'"
        case .name(let name): "'\(name)'"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string: "a text in quotes"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the template"
        }
    }
}

/// Cuts a template into tokens, by the rules of Jinja 3.1 with the two settings that `transformers` uses: the line end
/// behind a statement is left out (`trim_blocks`), and so is the white space before a statement that begins its line
/// (`lstrip_blocks`).
struct TemplateLexer {
    private let name: String
    private let source: [Unicode.Scalar]
    private var position = 0
    private var place = SourcePlace(line: 1, column: 1)
    private var tokens: [Token] = []
    /// Whether only white space can stand between here and the beginning of the line.
    private var beginsLine = true

    static func tokens(of source: String, name: String, limits: RenderingLimits) throws -> [Token] {
        var lexer = TemplateLexer(source, name: name)
        guard lexer.source.count <= limits.templateLength else {
            throw lexer.error(.limitExceeded(.templateLength, limit: limits.templateLength))
        }
        try lexer.run()
        return lexer.tokens
    }

    private init(_ source: String, name: String) {
        self.name = name
        var scalars: [Unicode.Scalar] = []
        // Every kind of line end is one line feed, and the last one does not count.
        var followsReturn = false
        for scalar in source.unicodeScalars {
            if !(followsReturn && scalar == "\n") { scalars.append(scalar == "\r" ? "\n" : scalar) }
            followsReturn = scalar == "\r"
        }
        if scalars.last == "\n" { scalars.removeLast() }
        self.source = scalars
    }

    private func error(_ reason: ChatTemplateError.Reason, at place: SourcePlace? = nil) -> ChatTemplateError {
        let place = place ?? self.place
        return ChatTemplateError(template: name, line: Int(place.line), column: Int(place.column), reason)
    }

    // MARK: Reading

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < source.count {
            if source[position] == "\n" {
                place = SourcePlace(line: place.line + 1, column: 1)
            } else {
                place.column += 1
            }
            position += 1
        }
    }

    private func stands(_ text: StaticString) -> Bool {
        for index in 0..<text.utf8CodeUnitCount
        where peek(index)?.value != UInt32(text.utf8Start[index]) { return false }
        return true
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { TemplateText.isSpace(scalar.value) }

    private mutating func skipSpace() {
        while let scalar = peek(), Self.isSpace(scalar) { advance() }
    }

    private mutating func add(_ kind: Token.Kind, at place: SourcePlace) {
        tokens.append(Token(kind: kind, place: place))
    }

    // MARK: Text

    private mutating func run() throws {
        while position < source.count { try readText() }
        add(.end, at: place)
    }

    /// Text up to the next tag, and that tag.
    private mutating func readText() throws {
        let (start, startPlace) = (position, place)
        while position < source.count, !stands("{{"), !stands("{%"), !stands("{#") { advance() }
        var text = source[start..<position]
        guard position < source.count else { return addText(text, at: startPlace) }
        let isOutput = stands("{{")
        let sign = peek(2)
        if sign == "-" {
            while let last = text.last, Self.isSpace(last) { text.removeLast() }
        } else if sign != "+", !isOutput {
            let lineStart = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
            if lineStart > text.startIndex || beginsLine, text[lineStart...].allSatisfy(Self.isSpace) {
                text = text[..<lineStart]
            }
        }
        addText(text, at: startPlace)
        let tagPlace = place
        if stands("{#") { return try skipComment(from: tagPlace) }
        let isStatement = !isOutput
        advance(sign == "-" || sign == "+" ? 3 : 2)
        if isStatement, try readRaw(from: tagPlace) { return }
        add(isStatement ? .statementBegin : .outputBegin, at: tagPlace)
        try readTag(isStatement: isStatement, from: tagPlace)
    }

    private mutating func addText(_ text: ArraySlice<Unicode.Scalar>, at place: SourcePlace) {
        if !text.isEmpty { add(.text(TemplateText(units: text.map(\.value))), at: place) }
    }

    private mutating func skipComment(from start: SourcePlace) throws {
        advance(2)
        while !stands("#}") {
            guard position < source.count else {
                throw error(.unexpected("the end of the template", expected: "'#}'"), at: start)
            }
            advance()
        }
        let sign = position > 0 ? source[position - 1] : nil
        advance(2)
        endStatement(sign: sign)
    }

    /// What a statement takes along of the text behind it.
    private mutating func endStatement(sign: Unicode.Scalar?) {
        let start = position
        if sign == "-" {
            skipSpace()
        } else if sign != "+", peek() == "\n" {
            advance()
        }
        beginsLine = position > start && source[position - 1] == "\n"
    }

    /// `{% raw %} … {% endraw %}`; says whether this is one.
    private mutating func readRaw(from start: SourcePlace) throws -> Bool {
        let before = (position, place)
        skipSpace()
        guard stands("raw"), !(peek(3).map(Self.continuesName) ?? false) else {
            (position, place) = before
            return false
        }
        advance(3)
        skipSpace()
        let trims = peek() == "-"
        if trims { advance() }
        guard stands("%}") else {
            (position, place) = before
            return false
        }
        advance(2)
        if trims { skipSpace() }
        let (textStart, textPlace) = (position, place)
        while position < source.count {
            guard stands("{%") else {
                advance()
                continue
            }
            let end = position
            let sign = peek(2)
            advance(sign == "-" || sign == "+" ? 3 : 2)
            skipSpace()
            guard stands("endraw") else { continue }
            advance(6)
            skipSpace()
            let closing = peek()
            if closing == "-" || closing == "+" { advance() }
            guard stands("%}") else { continue }
            advance(2)
            var text = source[textStart..<end]
            if sign == "-" {
                while let last = text.last, Self.isSpace(last) { text.removeLast() }
            } else if sign != "+" {
                let lineStart = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
                if lineStart > text.startIndex, text[lineStart...].allSatisfy(Self.isSpace) {
                    text = text[..<lineStart]
                }
            }
            addText(text, at: textPlace)
            endStatement(sign: closing)
            return true
        }
        throw error(.unexpected("the end of the template", expected: "'{% endraw %}'"), at: start)
    }

    // MARK: Tags

    private mutating func readTag(isStatement: Bool, from start: SourcePlace) throws {
        var brackets: [Unicode.Scalar] = []
        while true {
            skipSpace()
            guard let scalar = peek() else {
                throw error(
                    .unexpected("the end of the template", expected: isStatement ? "'%}'" : "'}}'"), at: start)
            }
            let place = place
            if brackets.isEmpty, try readEnd(isStatement: isStatement) { return }
            if scalar == "\"" || scalar == "'" {
                add(.string(try readString()), at: place)
            } else if ("0"..."9").contains(scalar) {
                add(try readNumber(), at: place)
            } else if Self.beginsName(scalar) {
                let nameStart = position
                while let next = peek(), Self.continuesName(next) { advance() }
                var name = String.UnicodeScalarView()
                name.append(contentsOf: source[nameStart..<position])
                add(.name(String(name)), at: place)
            } else {
                add(.symbol(try readSymbol(&brackets)), at: place)
            }
        }
    }

    private mutating func readEnd(isStatement: Bool) throws -> Bool {
        let place = place
        let sign = peek()
        let isSigned = sign == "-" || (sign == "+" && isStatement)
        guard peek(isSigned ? 1 : 0) == (isStatement ? "%" : "}"), peek(isSigned ? 2 : 1) == "}" else { return false }
        advance(isSigned ? 3 : 2)
        add(isStatement ? .statementEnd : .outputEnd, at: place)
        if isStatement {
            endStatement(sign: isSigned ? sign : nil)
        } else {
            let start = position
            if isSigned { skipSpace() }
            beginsLine = position > start && source[position - 1] == "\n"
        }
        return true
    }

    private static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isXIDStart
    }

    private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isXIDContinue
    }

    private mutating func readSymbol(_ brackets: inout [Unicode.Scalar]) throws -> String {
        for symbol: StaticString in ["//", "**", "==", "!=", ">=", "<="] where stands(symbol) {
            advance(2)
            return "\(symbol)"
        }
        guard let scalar = peek(), "+-*/%~()[]{}<>=.:|,".unicodeScalars.contains(scalar) else {
            throw error(.unexpected("'\(peek().map(String.init) ?? "")'", expected: "an expression"))
        }
        switch scalar {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            let open = brackets.popLast()
            guard open == scalar else {
                throw error(.unexpected("'\(scalar)'", expected: open.map { "'\($0)'" } ?? "no closing bracket"))
            }
        default: break
        }
        advance()
        return String(scalar)
    }

    private mutating func readNumber() throws -> Token.Kind {
        let start = place
        var text = ""
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }
        func readDigits(_ lexer: inout TemplateLexer) {
            while let next = lexer.peek(), isDigit(next) || (next == "_" && isDigit(lexer.peek(1))) {
                if next != "_" { text.unicodeScalars.append(next) }
                lexer.advance()
            }
        }
        if peek() == "0", let radix = peek(1).flatMap({ ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2][$0] }) {
            advance(2)
            while let next = peek(), Self.continuesName(next) {
                if next != "_" { text.unicodeScalars.append(next) }
                advance()
            }
            guard let value = Int(text, radix: radix) else {
                throw error(.unexpected(text, expected: "a whole number"), at: start)
            }
            return .integer(value)
        }
        readDigits(&self)
        var isFraction = false
        if peek() == ".", isDigit(peek(1)) {
            isFraction = true
            text += "."
            advance()
            readDigits(&self)
        }
        if let mark = peek(), mark == "e" || mark == "E" {
            let isSigned = peek(1) == "+" || peek(1) == "-"
            if isDigit(peek(isSigned ? 2 : 1)) {
                isFraction = true
                text += "e"
                if isSigned, let sign = peek(1) { text.unicodeScalars.append(sign) }
                advance(isSigned ? 2 : 1)
                readDigits(&self)
            }
        }
        if isFraction, let value = Double(text) { return .number(value) }
        guard !isFraction, let value = Int(text) else {
            throw error(.unexpected(text, expected: "a number that is not so large"), at: start)
        }
        return .integer(value)
    }

    // MARK: Texts in quotes

    private mutating func readString() throws -> TemplateText {
        let start = place
        let quote = peek()
        advance()
        var units: [UInt32] = []
        while let scalar = peek() {
            advance()
            if scalar == quote { return TemplateText(units: units) }
            if scalar == "\\" {
                try readEscape(into: &units, start: start)
            } else {
                units.append(scalar.value)
            }
        }
        throw error(.unexpected("the end of the template", expected: "the end of a text in quotes"), at: start)
    }

    /// As Python's `unicode-escape` has them; what it does not know stays as it is.
    private mutating func readEscape(into units: inout [UInt32], start: SourcePlace) throws {
        guard let scalar = peek() else { return }
        advance()
        switch scalar {
        case "\n": break
        case "\\", "'", "\"": units.append(scalar.value)
        case "a": units.append(0x07)
        case "b": units.append(0x08)
        case "f": units.append(0x0C)
        case "n": units.append(0x0A)
        case "r": units.append(0x0D)
        case "t": units.append(0x09)
        case "v": units.append(0x0B)
        case "x": try readCode(digits: 2, into: &units, start: start)
        case "u": try readCode(digits: 4, into: &units, start: start)
        case "U": try readCode(digits: 8, into: &units, start: start)
        case "0"..."7":
            var code = scalar.value - 48
            for _ in 0..<2 {
                guard let next = peek(), ("0"..."7").contains(next) else { break }
                code = code * 8 + next.value - 48
                advance()
            }
            units.append(code)
        default: units += [0x5C, scalar.value]
        }
    }

    private mutating func readCode(digits: Int, into units: inout [UInt32], start: SourcePlace) throws {
        var text = ""
        while text.count < digits, let next = peek(), next.properties.isASCIIHexDigit {
            text.unicodeScalars.append(next)
            advance()
        }
        guard text.count == digits, let code = UInt32(text, radix: 16), let scalar = Unicode.Scalar(code) else {
            throw error(.unexpected("the escape '\(text)'", expected: "the code of a character"), at: start)
        }
        units.append(scalar.value)
    }
}
