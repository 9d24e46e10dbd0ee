/// What a rule of a grammar matches.
public indirect enum GrammarExpression: Sendable, Hashable {
    /// These bytes.
    case literal([UInt8])
    /// One character, in UTF-8.
    case scalar(ScalarSet)
    /// One after the other; an empty sequence matches the empty text.
    case sequence([GrammarExpression])
    /// One of them; an empty choice matches nothing at all.
    case choice([GrammarExpression])
    /// So many times; without a maximum any number.
    case repetition(GrammarExpression, minimum: Int, maximum: Int?)
    /// What the rule of this name matches.
    case reference(String)

    public static func text(_ text: String) -> GrammarExpression { .literal(Array(text.utf8)) }
    public static func optional(_ expression: GrammarExpression) -> GrammarExpression {
        .repetition(expression, minimum: 0, maximum: 1)
    }
    /// The empty text.
    public static let nothing = GrammarExpression.sequence([])
    /// What no text matches.
    public static let impossible = GrammarExpression.choice([])
}
