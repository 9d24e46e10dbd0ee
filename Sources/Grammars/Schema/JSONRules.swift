/// JSON itself as a grammar (RFC 8259), held to what every reader takes: no half surrogate pairs, numbers that a `Double`
/// holds, and white space only as it is usually written, so that a text cannot go on with it for ever.
enum JSONRules {
    static let value = GrammarExpression.reference("json-value")
    static let string = GrammarExpression.reference("json-string")
    static let number = GrammarExpression.reference("json-number")
    static let character = GrammarExpression.reference("json-character")
    static let space = GrammarExpression.reference("json-space")
    static let comma = GrammarExpression.sequence([.text(","), space])
    static let colon = GrammarExpression.sequence([.text(":"), .optional(.text(" "))])
    static let quote = GrammarExpression.text("\"")

    static let text = #"""
        json-document ::= json-object | json-array
        json-value ::= json-object | json-array | json-string | json-number | "true" | "false" | "null"
        json-object ::= "{" json-space (json-member ("," json-space json-member)* json-space)? "}"
        json-member ::= json-string ":" " "? json-value
        json-array ::= "[" json-space (json-value ("," json-space json-value)* json-space)? "]"
        json-string ::= "\"" json-character* "\""
        json-character ::= [^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" json-unit)
        json-unit ::= [0-9A-CE-Fa-ce-f] json-digit{3} | [Dd] [0-7] json-digit{2}
        json-digit ::= [0-9A-Fa-f]
        json-number ::= "-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,15})? ([eE] [+\-]? [0-9]{1,2})?
        json-space ::= (" " | "\n" " "{0,20})?
        """#

    static func rules() throws(GrammarError) -> [(name: String, expression: GrammarExpression)] {
        try GrammarText.rules(in: Array(text.utf8))
    }
}

extension Grammar {
    /// Any JSON object or array.
    public static func json() throws(GrammarError) -> Grammar {
        try Grammar(rules: JSONRules.rules(), root: "json-document")
    }

    /// The JSON texts that are valid for a schema, or the part of them that docs/guides/constrained-output.md describes.
    ///
    /// - Parameter bytes: the schema, as JSON (drafts 6 to 2020-12).
    /// - Throws: ``SchemaError`` for every keyword that is not followed exactly, and where no value can be valid.
    public init(jsonSchema bytes: [UInt8]) throws(SchemaError) {
        var compiler = SchemaCompiler(try SchemaDocument(bytes))
        self = try compiler.grammar()
    }
}
