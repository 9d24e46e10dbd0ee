/// Reads the statements of a template; ``TemplateParser/expression()`` and what stands beside it read the expressions.
struct TemplateParser {
    let name: String
    private let tokens: [Token]
    private var position = 0
    private var nesting = 0
    private let limits: RenderingLimits
    /// Loops around the present place, outside of which `break` means nothing.
    private var loopCount = 0
    /// Branches around the present place. What is not known there is an error only for those who come there, as in Jinja:
    /// some templates ask first whether a filter exists.
    private(set) var branchCount = 0

    static func statements(of source: String, name: String, limits: RenderingLimits) throws -> [Statement] {
        var parser = TemplateParser(
            name: name, tokens: try TemplateLexer.tokens(of: source, name: name, limits: limits), limits: limits)
        let statements = try parser.statements(until: [])
        return statements
    }

    private init(name: String, tokens: [Token], limits: RenderingLimits) {
        self.name = name
        self.tokens = tokens
        self.limits = limits
    }

    // MARK: Tokens

    /// The present token; the last one is always `end`, which is never passed.
    var current: Token { tokens[position] }

    func next(_ offset: Int = 1) -> Token { tokens[min(position + offset, tokens.count - 1)] }

    mutating func advance() { if position < tokens.count - 1 { position += 1 } }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }
    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func skip(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(symbol: String) throws {
        guard skip(symbol: symbol) else { throw unexpected("'\(symbol)'") }
    }

    mutating func expectName() throws -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    private mutating func expectStatementEnd() throws {
        guard current.kind == .statementEnd else { throw unexpected("'%}'") }
        advance()
    }

    func unexpected(_ expected: String) -> ChatTemplateError {
        error(.unexpected(current.text, expected: expected), at: current.place)
    }

    func error(_ reason: ChatTemplateError.Reason, at place: SourcePlace) -> ChatTemplateError {
        ChatTemplateError(template: name, line: Int(place.line), column: Int(place.column), reason)
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(_ body: (inout TemplateParser) throws -> Result) throws -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= limits.nesting else {
            throw error(.limitExceeded(.nesting, limit: limits.nesting), at: current.place)
        }
        return try body(&self)
    }

    // MARK: Statements

    /// Statements up to one of `ends`, whose name is then the present token; up to the end of the template where there are
    /// none.
    private mutating func statements(until ends: [String]) throws -> [Statement] {
        try nested { parser in
            var statements: [Statement] = []
            while true {
                switch parser.current.kind {
                case .text(let text):
                    statements.append(.text(text))
                    parser.advance()
                case .outputBegin:
                    parser.advance()
                    statements.append(.output(try parser.tuple()))
                    guard parser.current.kind == .outputEnd else { throw parser.unexpected("'}}'") }
                    parser.advance()
                case .statementBegin:
                    parser.advance()
                    if case .name(let name) = parser.current.kind, ends.contains(name) { return statements }
                    statements.append(try parser.statement(ends: ends))
                default:
                    guard ends.isEmpty else {
                        throw parser.unexpected(ends.map { "'{% \($0) %}'" }.joined(separator: " or "))
                    }
                    return statements
                }
            }
        }
    }

    /// The statements up to `end`, and the rest of that.
    private mutating func body(until end: String) throws -> [Statement] {
        try expectStatementEnd()
        let statements = try statements(until: [end])
        advance()
        try expectStatementEnd()
        return statements
    }

    private mutating func statement(ends: [String]) throws -> Statement {
        let place = current.place
        let keyword = try expectName()
        switch keyword {
        case "if": return try conditional()
        case "for": return try loop(place)
        case "set": return try assignment(place)
        case "macro":
            let name = try expectName()
            let parameters = isSymbol("(") ? try self.parameters() : []
            return .macro(try macro(name, parameters, until: "endmacro"))
        case "call":
            let parameters = isSymbol("(") ? try self.parameters() : []
            let call = try expression()
            return .callBlock(call, try macro("caller", parameters, until: "endcall"))
        case "filter":
            var filters = [try filter()]
            while skip(symbol: "|") { filters.append(try filter()) }
            return .filterBlock(filters, try body(until: "endfilter"))
        case "with":
            var assignments: [(Target, Expression)] = []
            while current.kind != .statementEnd {
                if !assignments.isEmpty { try expect(symbol: ",") }
                let target = try self.target()
                try expect(symbol: "=")
                assignments.append((target, try expression()))
            }
            return .with(assignments, try body(until: "endwith"))
        case "generation": return .generation(try body(until: "endgeneration"))
        case "break", "continue":
            guard loopCount > 0 else {
                throw error(.unexpected("'\(keyword)'", expected: "a loop around it"), at: place)
            }
            try expectStatementEnd()
            return keyword == "break" ? .leaveLoop : .nextInLoop
        default:
            if keyword.hasPrefix("end") || keyword == "else" || keyword == "elif" {
                let expected = ends.isEmpty ? "another statement" : ends.map { "'\($0)'" }.joined(separator: " or ")
                throw error(.unexpected("'\(keyword)'", expected: expected), at: place)
            }
            throw error(.unknownStatement(keyword), at: place)
        }
    }

    private mutating func conditional() throws -> Statement {
        var branches: [Statement.Branch] = []
        var otherwise: [Statement] = []
        var condition = try tuple(allowsConditional: false)
        branchCount += 1
        defer { branchCount -= 1 }
        while true {
            try expectStatementEnd()
            branches.append(
                Statement.Branch(condition: condition, body: try statements(until: ["elif", "else", "endif"])))
            if skip(name: "elif") {
                condition = try tuple(allowsConditional: false)
                continue
            }
            if skip(name: "else") {
                try expectStatementEnd()
                otherwise = try statements(until: ["endif"])
            }
            advance()
            try expectStatementEnd()
            return .conditional(branches, else: otherwise)
        }
    }

    private mutating func loop(_ place: SourcePlace) throws -> Statement {
        let target = try targets(until: "in")
        guard skip(name: "in") else { throw unexpected("'in'") }
        let sequence = try tuple(allowsConditional: false)
        let condition = skip(name: "if") ? try expression() : nil
        if isName("recursive") { throw error(.unknownStatement("for … recursive"), at: current.place) }
        try expectStatementEnd()
        loopCount += 1
        let body = try statements(until: ["else", "endfor"])
        loopCount -= 1
        var otherwise: [Statement] = []
        if skip(name: "else") {
            try expectStatementEnd()
            otherwise = try statements(until: ["endfor"])
        }
        advance()
        try expectStatementEnd()
        return .loop(
            LoopSyntax(
                target: target, sequence: sequence, condition: condition, body: body, otherwise: otherwise,
                place: place))
    }

    private mutating func assignment(_ place: SourcePlace) throws -> Statement {
        let target = try targets(until: "=")
        if skip(symbol: "=") {
            let value = try tuple()
            try expectStatementEnd()
            return .set(target, value, place)
        }
        var filters: [Suffix] = []
        while skip(symbol: "|") { filters.append(try filter()) }
        return .setBlock(target, filters: filters, try body(until: "endset"))
    }

    /// Several targets with commas between are a tuple.
    private mutating func targets(until end: String) throws -> Target {
        let place = current.place
        var targets = [try target()]
        var isTuple = false
        while skip(symbol: ",") {
            isTuple = true
            if isName(end) || isSymbol(end) { break }
            targets.append(try target())
        }
        return isTuple ? .tuple(targets, place) : targets[0]
    }

    private mutating func target() throws -> Target {
        let place = current.place
        if skip(symbol: "(") {
            let target = try nested { parser in
                var targets = [try parser.target()]
                while parser.skip(symbol: ",") { targets.append(try parser.target()) }
                return Target.tuple(targets, place)
            }
            try expect(symbol: ")")
            return target
        }
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw error(.unexpected("'\(name)'", expected: "a name to assign to"), at: place)
        }
        guard skip(symbol: ".") else { return .name(name) }
        return .attribute(of: name, try expectName(), place)
    }

    // MARK: Macros

    private mutating func parameters() throws -> [MacroSyntax.Parameter] {
        try expect(symbol: "(")
        var parameters: [MacroSyntax.Parameter] = []
        while !skip(symbol: ")") {
            if !parameters.isEmpty { try expect(symbol: ",") }
            let name = try expectName()
            parameters.append(
                MacroSyntax.Parameter(name: name, standard: skip(symbol: "=") ? try expression() : nil))
        }
        return parameters
    }

    private mutating func macro(
        _ name: String, _ parameters: [MacroSyntax.Parameter], until end: String
    ) throws -> MacroSyntax {
        // A loop around a macro is none for what stands in it.
        let loops = loopCount
        loopCount = 0
        defer { loopCount = loops }
        return MacroSyntax(name: name, parameters: parameters, body: try body(until: end))
    }
}
