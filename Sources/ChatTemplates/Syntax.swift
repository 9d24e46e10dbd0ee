/// Where something begins in a template; both count from 1.
struct SourcePlace: Sendable, Equatable {
    var line: Int32 = 0
    var column: Int32 = 0
}

enum Literal: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(TemplateText)
}

/// An expression. What templates chain (sums, attributes, filters, `and`) is a list here, not a tree that leans to one
/// side: only brackets make it deeper, and those the parser counts.
indirect enum Expression: Sendable {
    case literal(Literal)
    case name(String, SourcePlace)
    case list([Expression], isTuple: Bool)
    case dictionary([(key: Expression, value: Expression)], SourcePlace)
    /// Arithmetic from the left to the right.
    case chain(Expression, [Operation])
    /// `a ~ b ~ …`
    case concatenation([Expression])
    /// `a < b <= …`, true where every pair is.
    case comparison(Expression, [Comparison])
    case and([Expression])
    case or([Expression])
    case not(Expression)
    case negated(Expression, SourcePlace)
    case positive(Expression, SourcePlace)
    case conditional(if: Expression, then: Expression, else: Expression?)
    case postfix(Expression, [Suffix])

    struct Operation: Sendable {
        let kind: ArithmeticOperator
        let operand: Expression
        let place: SourcePlace
    }

    struct Comparison: Sendable {
        let kind: ComparisonOperator
        let operand: Expression
        let place: SourcePlace
    }
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case divideToFloor = "//"
    case remainder = "%"
    case power = "**"
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

/// What may follow a value.
enum Suffix: Sendable {
    case attribute(String, SourcePlace)
    case element(Expression, SourcePlace)
    case slice(start: Expression?, end: Expression?, step: Expression?, SourcePlace)
    case call(ArgumentsSyntax, SourcePlace)
    case filter(String, ArgumentsSyntax, SourcePlace)
    case test(String, ArgumentsSyntax, isNegated: Bool, SourcePlace)
}

struct ArgumentsSyntax: Sendable {
    struct Keyword: Sendable {
        let name: String
        let value: Expression
    }

    var positional: [Expression] = []
    var keywords: [Keyword] = []
    /// `*list`
    var list: Expression?
    /// `**dictionary`
    var dictionary: Expression?
}

/// What is assigned to.
indirect enum Target: Sendable {
    case name(String)
    case attribute(of: String, String, SourcePlace)
    case tuple([Target], SourcePlace)
}

indirect enum Statement: Sendable {
    case text(TemplateText)
    case output(Expression)
    case conditional([Branch], else: [Statement])
    case loop(LoopSyntax)
    case set(Target, Expression, SourcePlace)
    /// Assigns what the body writes, through filters.
    case setBlock(Target, filters: [Suffix], [Statement])
    case macro(MacroSyntax)
    /// Calls a macro that may call the body back.
    case callBlock(Expression, MacroSyntax)
    case filterBlock([Suffix], [Statement])
    case with([(target: Target, value: Expression)], [Statement])
    case generation([Statement])
    case leaveLoop
    case nextInLoop

    struct Branch: Sendable {
        let condition: Expression
        let body: [Statement]
    }
}

struct LoopSyntax: Sendable {
    let target: Target
    let sequence: Expression
    let condition: Expression?
    let body: [Statement]
    let otherwise: [Statement]
    let place: SourcePlace
}

final class MacroSyntax: Sendable {
    struct Parameter: Sendable {
        let name: String
        let standard: Expression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [Statement]

    init(name: String, parameters: [Parameter], body: [Statement]) {
        self.name = name
        self.parameters = parameters
        self.body = body
    }
}
