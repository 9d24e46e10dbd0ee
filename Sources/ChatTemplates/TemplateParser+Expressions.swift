extension TemplateParser {
    /// One expression, or several with commas between, which are a tuple.
    ///
    /// - Parameter allowsConditional: whether `a if b else c` may stand here; behind `in` the `if` is the loop's own.
    mutating func tuple(allowsConditional: Bool = true) throws -> Expression {
        func one(_ parser: inout TemplateParser) throws -> Expression {
            try allowsConditional ? parser.expression() : parser.nested { try $0.disjunction() }
        }
        var elements = [try one(&self)]
        guard isSymbol(",") else { return elements[0] }
        while skip(symbol: ",") {
            switch current.kind {
            case .outputEnd, .statementEnd, .symbol(")"): return .list(elements, isTuple: true)
            default: elements.append(try one(&self))
            }
        }
        return .list(elements, isTuple: true)
    }

    mutating func expression() throws -> Expression {
        try nested { parser in
            var result = try parser.disjunction()
            while parser.skip(name: "if") {
                let condition = try parser.disjunction()
                let otherwise = parser.skip(name: "else") ? try parser.expression() : nil
                result = .conditional(if: condition, then: result, else: otherwise)
                // `a if b if c`: without an else the tree grows here, too.
                if otherwise == nil, parser.isName("if") { throw parser.unexpected("'else'") }
            }
            return result
        }
    }

    private mutating func disjunction() throws -> Expression {
        var operands = [try conjunction()]
        while skip(name: "or") { operands.append(try conjunction()) }
        return operands.count == 1 ? operands[0] : .or(operands)
    }

    private mutating func conjunction() throws -> Expression {
        var operands = [try negation()]
        while skip(name: "and") { operands.append(try negation()) }
        return operands.count == 1 ? operands[0] : .and(operands)
    }

    private mutating func negation() throws -> Expression {
        guard skip(name: "not") else { return try comparison() }
        return .not(try nested { try $0.negation() })
    }

    private mutating func comparison() throws -> Expression {
        let first = try sum()
        var comparisons: [Expression.Comparison] = []
        while true {
            let place = current.place
            let kind: ComparisonOperator
            if case .symbol(let symbol) = current.kind, let known = ComparisonOperator(rawValue: symbol) {
                kind = known
            } else if isName("in") {
                kind = .isIn
            } else if isName("not"), next().kind == .name("in") {
                advance()
                kind = .isNotIn
            } else {
                return comparisons.isEmpty ? first : .comparison(first, comparisons)
            }
            advance()
            comparisons.append(Expression.Comparison(kind: kind, operand: try sum(), place: place))
        }
    }

    // MARK: Arithmetic

    private mutating func chain(
        _ symbols: Set<String>, _ operand: (inout TemplateParser) throws -> Expression
    ) throws -> Expression {
        let first = try operand(&self)
        var operations: [Expression.Operation] = []
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
            let kind = ArithmeticOperator(rawValue: symbol)
        {
            let place = current.place
            advance()
            operations.append(Expression.Operation(kind: kind, operand: try operand(&self), place: place))
        }
        return operations.isEmpty ? first : .chain(first, operations)
    }

    private mutating func sum() throws -> Expression { try chain(["+", "-"]) { try $0.concatenation() } }

    private mutating func concatenation() throws -> Expression {
        var operands = [try product()]
        while skip(symbol: "~") { operands.append(try product()) }
        return operands.count == 1 ? operands[0] : .concatenation(operands)
    }

    private mutating func product() throws -> Expression { try chain(["*", "/", "//", "%"]) { try $0.power() } }

    private mutating func power() throws -> Expression { try chain(["**"]) { try $0.unary() } }

    private mutating func unary(allowsFilters: Bool = true) throws -> Expression {
        let place = current.place
        var result: Expression
        if skip(symbol: "-") {
            result = .negated(try nested { try $0.unary(allowsFilters: false) }, place)
        } else if skip(symbol: "+") {
            result = .positive(try nested { try $0.unary(allowsFilters: false) }, place)
        } else {
            result = try postfix(primary())
        }
        guard allowsFilters else { return result }
        let suffixes = try filtersAndTests()
        if !suffixes.isEmpty { result = .postfix(result, suffixes) }
        return result
    }

    // MARK: Values

    private mutating func primary() throws -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .literal(.boolean(true))
            case "false", "False": return .literal(.boolean(false))
            case "none", "None": return .literal(.none)
            default: return .name(name, token.place)
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text.append(more)
                advance()
            }
            return .literal(.text(text))
        case .integer(let value):
            advance()
            return .literal(.integer(value))
        case .number(let value):
            advance()
            return .literal(.number(value))
        case .symbol("("):
            advance()
            if skip(symbol: ")") { return .list([], isTuple: true) }
            let result = try tuple()
            try expect(symbol: ")")
            return result
        case .symbol("["):
            advance()
            var elements: [Expression] = []
            while !skip(symbol: "]") {
                if !elements.isEmpty { try expect(symbol: ",") }
                if skip(symbol: "]") { break }
                elements.append(try expression())
            }
            return .list(elements, isTuple: false)
        case .symbol("{"):
            advance()
            var entries: [(Expression, Expression)] = []
            while !skip(symbol: "}") {
                if !entries.isEmpty { try expect(symbol: ",") }
                if skip(symbol: "}") { break }
                let key = try expression()
                try expect(symbol: ":")
                entries.append((key, try expression()))
            }
            return .dictionary(entries, token.place)
        default: throw unexpected("an expression")
        }
    }

    /// Attributes, elements and calls.
    private mutating func postfix(_ value: Expression) throws -> Expression {
        var suffixes: [Suffix] = []
        while true {
            let place = current.place
            if skip(symbol: ".") {
                if case .integer(let index) = current.kind {
                    advance()
                    suffixes.append(.element(.literal(.integer(index)), place))
                } else {
                    suffixes.append(.attribute(try expectName(), place))
                }
            } else if skip(symbol: "[") {
                suffixes.append(try element(place))
            } else if isSymbol("(") {
                suffixes.append(.call(try arguments(), place))
            } else {
                return suffixes.isEmpty ? value : .postfix(value, suffixes)
            }
        }
    }

    private mutating func element(_ place: SourcePlace) throws -> Suffix {
        func part(_ parser: inout TemplateParser) throws -> Expression? {
            parser.isSymbol(":") || parser.isSymbol("]") ? nil : try parser.expression()
        }
        let first = try part(&self)
        guard skip(symbol: ":") else {
            guard let first else { throw unexpected("an expression") }
            try expect(symbol: "]")
            return .element(first, place)
        }
        let end = try part(&self)
        let step = skip(symbol: ":") ? try part(&self) : nil
        try expect(symbol: "]")
        return .slice(start: first, end: end, step: step, place)
    }

    mutating func arguments() throws -> ArgumentsSyntax {
        try expect(symbol: "(")
        var arguments = ArgumentsSyntax()
        var isFirst = true
        while !skip(symbol: ")") {
            if !isFirst { try expect(symbol: ",") }
            if skip(symbol: ")") { break }
            isFirst = false
            if skip(symbol: "**") {
                arguments.dictionary = try expression()
            } else if skip(symbol: "*") {
                arguments.list = try expression()
            } else if case .name(let name) = current.kind, next().kind == .symbol("=") {
                advance()
                advance()
                arguments.keywords.append(ArgumentsSyntax.Keyword(name: name, value: try expression()))
            } else {
                guard arguments.keywords.isEmpty, arguments.dictionary == nil else {
                    throw unexpected("an argument with its name")
                }
                arguments.positional.append(try expression())
            }
        }
        return arguments
    }

    // MARK: Filters and tests

    private mutating func filtersAndTests() throws -> [Suffix] {
        var suffixes: [Suffix] = []
        while true {
            let place = current.place
            if skip(symbol: "|") {
                suffixes.append(try filter())
            } else if skip(name: "is") {
                suffixes.append(try test(place))
            } else if isSymbol("("), !suffixes.isEmpty {
                suffixes.append(.call(try arguments(), place))
            } else {
                return suffixes
            }
        }
    }

    /// A filter behind its bar.
    mutating func filter() throws -> Suffix {
        let place = current.place
        let name = try expectName()
        guard BuiltInFilter(rawValue: name) != nil || branchCount > 0 else {
            throw error(.unknownFilter(name), at: place)
        }
        return .filter(name, isSymbol("(") ? try arguments() : ArgumentsSyntax(), place)
    }

    private mutating func test(_ place: SourcePlace) throws -> Suffix {
        let isNegated = skip(name: "not")
        let namePlace = current.place
        let name = try expectName()
        guard BuiltInTest(rawValue: name) != nil || branchCount > 0 else {
            throw error(.unknownTest(name), at: namePlace)
        }
        var arguments = ArgumentsSyntax()
        switch current.kind {
        case .symbol("("): arguments = try self.arguments()
        case .name("else"), .name("or"), .name("and"), .name("if"), .name("in"), .name("not"), .name("recursive"):
            break
        case .name("is"): throw unexpected("no second test")
        case .name, .string, .integer, .number, .symbol("["), .symbol("{"):
            let value = try nested { try $0.primary() }
            arguments.positional = [try postfix(value)]
        default: break
        }
        return .test(name, arguments, isNegated: isNegated, place)
    }
}
