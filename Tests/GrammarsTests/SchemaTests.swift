import Tensors
import Testing

@testable import Grammars

struct SchemaTests {
    static let judged: [(schema: String, matched: [String], refused: [String])] = [
        (
            ##"{"type":"object"}"##, [##"{}"##, ##"{"a":1}"##, "{\n  \"a\": [null, {}]\n}"],
            ["[]", ##"{"a"}"##, ##"{"a":1,}"##]
        ),
        (##"{"type":"array"}"##, ["[]", ##"[1, "a", [true]]"##], ["{}", "[1,]"]),
        (##"true"##, ["1", "{}", "null", "-0.5e10"], ["", "nul", "01"]),
        (
            ##"{"type":["string","null"]}"##, [##""é""##, "null", ##""\u00e9\n""##],
            ["1", ##""\ud800""##, "\"\n\"", ##""\x""##]
        ),
        (
            ##"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"boolean"}},"required":["b"]}"##,
            [##"{"b":true}"##, ##"{"a":1,"b":false}"##, ##"{"a": -12, "b": true}"##],
            [##"{}"##, ##"{"a":1}"##, ##"{"b":true,"a":1}"##, ##"{"a":1.0,"b":true}"##, ##"{"b":true,"c":1}"##]
        ),
        (
            ##"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}"##,
            [##"{}"##, ##"{"a":1,"b":true,"aa":false}"##, ##"{"":true}"##],
            [##"{"a":true}"##, ##"{"b":1}"##, ##"{"\u0061":true}"##]
        ),
        (
            ##"{"type":"object","properties":{"a":true},"additionalProperties":true}"##, [##"{"a":1,"b":[2]}"##],
            [##"{"b":1,"a":2}"##]
        ),
        (##"{"type":"object","additionalProperties":false}"##, ["{}"], [##"{"a":1}"##]),
        (##"{"type":"object","properties":{"a":false,"b":true}}"##, ["{}", ##"{"b":1}"##], [##"{"a":1}"##]),
        (##"{"type":"object","required":["x"]}"##, [##"{"x":null}"##], ["{}", ##"{"x":1,"y":2}"##]),
        (
            ##"{"type":"object","properties":{"a":true,"b":true,"c":true},"minProperties":2,"maxProperties":2}"##,
            [##"{"a":1,"b":2}"##, ##"{"a":1,"c":2}"##, ##"{"b":1,"c":2}"##],
            ["{}", ##"{"a":1}"##, ##"{"a":1,"b":2,"c":3}"##]
        ),
        (
            ##"{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1}"##,
            [##"{"a":1}"##, ##"{"a":1,"b":2}"##], ["{}"]
        ),
        (##"{"type":"object","propertyNames":{"pattern":"^[a-c]+$"}}"##, [##"{"abc":1}"##, "{}"], [##"{"d":1}"##]),
        (
            ##"{"enum":["a\"b",1,null,{"x":[1,2]}]}"##, [##""a\"b""##, "1", "null", ##"{"x":[1,2]}"##],
            ["2", ##""a""##]
        ),
        (##"{"enum":[1,2,3,"x"],"type":"integer","minimum":2}"##, ["2", "3"], ["1", ##""x""##]),
        (##"{"const":"é"}"##, [##""é""##], [##""e""##]),
        (
            ##"{"items":{"type":"integer"},"minItems":1,"maxItems":3}"##, ["[1]", "[1,2, 3]"],
            ["[]", "[1,2,3,4]", "[true]"]
        ),
        (##"{"items":{"type":"integer"},"maxItems":0}"##, ["[]"], ["[1]"]),
        (##"{"items":false}"##, ["[]", "[ ]"], ["[1]"]),
        (
            ##"{"prefixItems":[{"type":"integer"},{"type":"string"}],"items":{"type":"null"},"minItems":1}"##,
            ["[1]", ##"[1,"a"]"##, ##"[1,"a",null,null]"##], ["[]", ##"["a"]"##, "[1,null]", ##"[1,"a",1]"##]
        ),
        (##"{"items":[{"type":"integer"}],"additionalItems":{"type":"null"}}"##, ["[]", "[1,null]"], ["[null]"]),
        (
            ##"{"type":"string","minLength":2,"maxLength":3}"##, [##""ab""##, ##""é🌍""##, ##""\n\"\\""##],
            [##""a""##, ##""abcd""##]
        ),
        (##"{"pattern":"^a[bc]{2}$"}"##, [##""abc""##], [##""ab""##, ##""xabc""##, ##""abcx""##]),
        (##"{"pattern":"b+"}"##, [##""b""##, ##""xbby""##], [##""""##, ##""xy""##]),
        (
            ##"{"pattern":"^(?:foo|ba[rz])$|^x"}"##, [##""foo""##, ##""baz""##, ##""xyz""##],
            [##""foox""##, ##""bax""##]
        ),
        (##"{"pattern":"^[^a-z\"]\\\\.$"}"##, [##""1\\!""##, ##""\\\\\"""##], [##""a\\b""##, ##""\"\\b""##]),
        (
            ##"{"pattern":"^[a-z]+$","minLength":2,"maxLength":4}"##, [##""ab""##, ##""abcd""##],
            [##""a""##, ##""abcde""##]
        ),
        (
            ##"{"format":"date"}"##, [##""2026-02-28""##, ##""2024-02-29""##],
            [##""2026-02-30""##, ##""2026-13-01""##, ##""26-1-1""##]
        ),
        (
            ##"{"format":"date-time"}"##, [##""2026-11-25T05:10:00Z""##],
            [##""2026-11-25 05:10:00""##, ##""2026-11-25T25:00:00Z""##]
        ),
        (##"{"anyOf":[{"type":"integer"},{"type":"null"}]}"##, ["1", "null"], ["true"]),
        (
            ##"{"oneOf":[{"properties":{"k":{"const":"a"},"v":{"type":"integer"}},"required":["k"],"type":"object"},"##
                + ##"{"properties":{"k":{"const":"b"},"w":{"type":"null"}},"required":["k"],"type":"object"}]}"##,
            [##"{"k":"a","v":1}"##, ##"{"k":"b","w":null}"##], [##"{"k":"a","w":null}"##, ##"{"k":"c"}"##]
        ),
        (
            ##"{"oneOf":[{"maximum":3,"type":"integer"},{"exclusiveMinimum":3,"type":"number"}]}"##, ["3", "3.5"],
            ["null"]
        ),
        (
            ##"{"allOf":[{"$ref":"#/$defs/a"},{"properties":{"y":{"type":"null"}}}],"$defs":{"a":{"type":"object","##
                + ##""properties":{"x":{"type":"integer"}},"required":["x"]}}}"##,
            [##"{"x":1}"##, ##"{"x":1,"y":null}"##], [##"{"y":null}"##]
        ),
        (
            ##"{"$ref":"#/definitions/n~1o~0de","definitions":{"n/o~de":{"type":"object","properties":"##
                + ##"{"next":{"anyOf":[{"$ref":"#/definitions/n~1o~0de"},{"type":"null"}]}},"required":["next"]}}}"##,
            [##"{"next":null}"##, ##"{"next":{"next":null}}"##], ["{}", "null"]
        ),
        (
            ##"{"allOf":[{"properties":{"a":true},"type":"object"}],"properties":{"b":true},"unevaluatedProperties":false}"##,
            [##"{"b":1,"a":1}"##, "{}"], [##"{"c":1}"##]
        ),
        (
            ##"{"type":"object","allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]}"##, ["{}"],
            [##"{"a":1}"##]
        ),
        (
            ##"{"type":"array","allOf":[{"prefixItems":[true,true]},{"prefixItems":[true],"unevaluatedItems":false}]}"##,
            ["[]", "[1]"], ["[1,2]"]
        ),
        (
            ##"{"oneOf":[{"type":"object","properties":{"a":true},"required":["a"],"additionalProperties":false},"##
                + ##"{"type":"object","properties":{"b":true},"required":["b"],"additionalProperties":false}]}"##,
            [##"{"a":1}"##, ##"{"b":1}"##], [##"{"a":1,"b":1}"##, "{}"]
        ),
        (##"{"type":"integer","multipleOf":10}"##, ["0", "20", "-100"], ["5", "00"]),
        (##"{"type":"number","multipleOf":7,"minimum":-20,"maximum":20}"##, ["-14", "0", "7"], ["21", "3", "7.5"]),
        (
            ##"{"type":"string","x-note":1,"title":"t","description":"d","default":5,"examples":[1]}"##, [##""""##],
            ["5"]
        ),
        (
            ##"{"type":"object","properties":{"b":{"type":"null"},"é":true,"e\u0301":true}}"##,
            ["{\"é\":1,\"e\u{301}\":2}"], ["{\"é\":1,\"é\":2}"]
        ),
    ]

    @Test(arguments: judged) func textsAreJudgedAsTheSchemaSays(schema: String, matched: [String], refused: [String])
        throws
    {
        let grammar = try Grammar(jsonSchema: Array(schema.utf8))
        for text in matched { #expect(try grammar.matches(text.utf8), "\(text)") }
        for text in refused { #expect(try !grammar.matches(text.utf8), "\(text)") }
    }

    static let refused: [(schema: String, pointer: String, reason: String)] = [
        (##"{"type":"strin"}"##, "#/type", "expected object, array"),
        (##"{"type":"string","not":{"const":"a"}}"##, "#/not", "\"not\" is not followed"),
        (##"{"type":"object","properties":{"a":{"if":true}}}"##, "#/properties/a/if", "\"if\" is not followed"),
        (##"{"typ":"object"}"##, "#/typ", "\"typ\" is not followed"),
        (##"{"type":"object","patternProperties":{"a":true}}"##, "#/patternProperties", "is not followed"),
        (##"{"items":{},"uniqueItems":true}"##, "#/uniqueItems", "repeat"),
        (##"{"type":"string","format":"regex"}"##, "#/format", "known are"),
        (##"false"##, "#", "the schema is false"),
        (##"{"enum":[]}"##, "#/enum", "no value to choose"),
        (##"{"const":1,"enum":[2]}"##, "#", "enumeration"),
        (##"{"type":"string","enum":[1,2]}"##, "#", "no value of the enumeration"),
        (##"{"type":"integer","minimum":3,"maximum":2}"##, "#", "smallest number is above the largest"),
        (##"{"type":"integer","minimum":1.2,"maximum":1.8}"##, "#", "no integer lies between"),
        (##"{"type":"number","exclusiveMinimum":1,"maximum":1}"##, "#", "smallest number"),
        (##"{"type":"string","minLength":3,"maxLength":2}"##, "#", "at least 3 characters, at most 2"),
        (##"{"type":"string","pattern":"^abc$","maxLength":2}"##, "#/pattern", "no string that matches"),
        (##"{"properties":{"a":{"minItems":2,"maxItems":1}}}"##, "#/properties/a", "at least 2 elements"),
        (##"{"type":"object","required":["a"],"properties":{"a":false}}"##, "#/properties/a", "schema is false"),
        (##"{"type":"object","required":["a"],"additionalProperties":false}"##, "#/additionalProperties", "is false"),
        (##"{"allOf":[{"type":"string"},{"type":"null"}]}"##, "#/allOf/1", "excludes"),
        (##"{"anyOf":[false,false]}"##, "#/anyOf/0", "is false"),
        (##"{"type":"array","prefixItems":[true],"items":false,"minItems":2}"##, "#/items", "is false"),
        (##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##, "#", "no value"),
        (##"{"$ref":"#/nowhere"}"##, "#/$ref", "#/nowhere"),
        (##"{"$ref":"https://example.org/schema"}"##, "#/$ref", "inside the schema"),
        (##"{"$ref":"#"}"##, "#", "leads back to itself"),
        (##"{"anyOf":[{"type":"null"},{"$ref":"#"}]}"##, "#", "leads back to itself"),
        (##"{"oneOf":[{"type":"integer"},{"type":"number"}]}"##, "#/oneOf", "0 and 1"),
        (##"{"oneOf":[{"minLength":1},{"type":"string","maxLength":5}]}"##, "#/oneOf", "0 and 1"),
        (##"{"type":"string","pattern":"^(?=a)"}"##, "#/pattern", "character 2: look-around"),
        (##"{"type":"string","pattern":"(a)\\1"}"##, "#/pattern", "character 4"),
        (##"{"type":"string","pattern":"a\\b"}"##, "#/pattern", "character 2"),
        (##"{"type":"string","pattern":"(a"}"##, "#/pattern", "')' is missing"),
        (##"{"type":"string","pattern":"[z-a]"}"##, "#/pattern", "character 2"),
        (##"{"type":"string","pattern":"^a+b+$","maxLength":9}"##, "#/pattern", "put the lengths into the pattern"),
        (##"{"type":"number","multipleOf":0.1}"##, "#/multipleOf", "integers only"),
        (##"{"type":"number","minimum":0.12345678901234567}"##, "#", "more than 15 digits"),
        (##"{"type":"object","additionalProperties":true,"minProperties":3}"##, "#", "minProperties"),
        (##"{"minLength":-1}"##, "#/minLength", "an integer from 0"),
        (##"{"required":"a"}"##, "#/required", "an array of names"),
        (##"{"a":1,"a":2}"##, "", "occurs twice"),
        (##"{"type":"##, "", "ends too early"),
        (##"{"const":12345678901234567890123}"##, "#/const", "not exact"),
        (##"[]"##, "#", "found an array"),
    ]

    @Test(arguments: refused) func whatCannotBeFollowedIsNamedWithItsPlace(
        schema: String, pointer: String, reason: String
    ) {
        do {
            _ = try Grammar(jsonSchema: Array(schema.utf8))
            Issue.record("no error: \(schema)")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
            #expect(pointer.isEmpty || error.description.hasPrefix("JSON schema, \(pointer): "), "\(error)")
        }
    }

    static let schemas = [
        ##"{"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":12},"age":{"type":"integer","minimum":0,"maximum":130},"tags":{"type":"array","items":{"enum":["a","b","é"]},"maxItems":4},"mail":{"format":"email"}},"required":["name","age"],"additionalProperties":false}"##,
        ##"{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"value":{"type":"number","minimum":-1.25,"exclusiveMaximum":3.5},"left":{"$ref":"#/$defs/tree"},"right":{"anyOf":[{"$ref":"#/$defs/tree"},{"type":"null"}]}},"required":["value","right"]}}}"##,
        ##"{"type":"array","minItems":1,"maxItems":5,"items":{"oneOf":[{"type":"string","pattern":"^[A-Z]{2}-\\d+$"},{"type":"integer","multipleOf":5,"minimum":-100,"maximum":100},{"type":"null"}]}}"##,
        ##"{"type":"object","additionalProperties":{"type":["integer","boolean"]},"minProperties":1,"maxProperties":3}"##,
        ##"{"type":"object","properties":{"id":{"format":"uuid"},"when":{"format":"date-time"},"any":true},"required":["any"],"additionalProperties":{"type":"object"}}"##,
        ##"{"prefixItems":[{"type":"number","exclusiveMinimum":0.001,"maximum":0.0105},{"type":"string","maxLength":3},{"const":{"a":[1,2.5]}}],"minItems":3,"items":{"type":"boolean"}}"##,
        ##"{"anyOf":[{"type":"number","maximum":-7.5},{"type":"integer","exclusiveMinimum":998},{"type":"string","minLength":5,"pattern":"^x"}]}"##,
        ##"{"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{"minLength":2,"maxLength":2},"b":{"type":"integer"}}}],"anyOf":[{"required":["b"]},{"properties":{"a":{"enum":["xy","zz","long"]}}}]}"##,
        ##"{"type":"object","propertyNames":{"enum":["red","green"]},"additionalProperties":{"type":"number"}}"##,
    ]

    /// Whatever way is taken through the grammar of a schema, the text is valid.
    @Test(arguments: schemas) func textsOfTheGrammarAreValid(schema: String) throws {
        let grammar = try Grammar(jsonSchema: Array(schema.utf8))
        let validator = try SchemaValidator(schema)
        var random = RandomSource(seed: 5)
        // Bytes, and some that make structure likelier than chance would.
        let tokens: [[UInt8]] =
            (0...255).map { [$0] } + ["\": ", "\",", "\"}", "],", "tr", "12"].map { Array($0.utf8) }
        let trie = TokenTrie(vocabularySize: tokens.count) { tokens[$0] }
        var constraint = try GrammarConstraint(grammar, tokens: trie, endTokens: [])
        for _ in 0..<15 {
            try constraint.restart()
            let limit = 120
            var text: [UInt8] = []
            for count in 0..<limit where !constraint.isFinished {
                if constraint.isComplete, Int.random(in: 0..<3, using: &random) == 0 { break }
                var logits = [Float](repeating: 0, count: tokens.count)
                try constraint.restrict(&logits, remaining: limit - count)
                let allowed = logits.indices.filter { logits[$0] == 0 }
                // Rarely what is not ASCII, else strings would be little else.
                let plain = allowed.filter { tokens[$0][0] < 0x80 }
                let choice = plain.isEmpty || Int.random(in: 0..<8, using: &random) == 0 ? allowed : plain
                guard let token = choice.randomElement(using: &random) else { break }
                try constraint.accept(token)
                text += tokens[token]
            }
            let written = String(decoding: text, as: UTF8.self)
            let isComplete = constraint.isComplete
            #expect(isComplete, "\(written)")
            let value = try SchemaValidator.value(text)
            #expect(validator.isValid(value), "\(written)")
        }
    }

    /// Numbers near their bounds, against comparison.
    @Test func numbersKeepToTheirBounds() throws {
        let bounds = [
            "-1000", "-12.5", "-1", "-0.25", "0", "0.001", "0.05", "0.1", "0.5", "0.99", "1", "1.5", "9", "10", "12.34",
            "99",
            "100", "1000",
        ]
        let probes =
            bounds + [
                "-1000.1", "-999.9", "-13", "-12.6", "-12.49", "-0.3", "-0.2", "0.0", "0.0009", "0.0011", "0.049",
                "0.051",
                "0.09", "0.10", "0.11", "0.49", "0.51", "0.989", "0.999", "1.0", "1.01", "1.49", "1.51", "8", "9.9",
                "11",
                "12.339", "12.35", "98", "99.5", "101", "999", "1001",
            ]
        for low in bounds + [""] {
            for high in bounds + [""] where (Double(low) ?? -.infinity) < (Double(high) ?? .infinity) {
                for (isLowExclusive, isHighExclusive) in [(false, false), (true, true)] {
                    var parts = [##""type":"number""##]
                    if !low.isEmpty { parts.append("\"\(isLowExclusive ? "exclusiveMinimum" : "minimum")\":\(low)") }
                    if !high.isEmpty { parts.append("\"\(isHighExclusive ? "exclusiveMaximum" : "maximum")\":\(high)") }
                    if parts.count == 1 { continue }
                    let schema = "{\(parts.joined(separator: ","))}"
                    let grammar = try Grammar(jsonSchema: Array(schema.utf8))
                    for probe in probes {
                        guard let value = Double(probe) else { continue }
                        let (lower, upper) = (Double(low) ?? -.infinity, Double(high) ?? .infinity)
                        var isValid = isLowExclusive ? value > lower : value >= lower
                        if isValid { isValid = isHighExclusive ? value < upper : value <= upper }
                        let matches = try grammar.matches(probe.utf8)
                        #expect(matches == isValid, "\(schema) \(probe)")
                    }
                }
            }
        }
    }

    @Test func integersKeepToTheirBounds() throws {
        for (low, high) in [(-12, 105), (0, 0), (7, 7), (-3, -1), (95, 1002), (-1000, -99), (10, 19), (0, 130)] {
            let grammar = try Grammar(
                jsonSchema: Array(##"{"type":"integer","minimum":\##(low),"maximum":\##(high)}"##.utf8))
            for value in -1100...1100 {
                #expect(try grammar.matches("\(value)".utf8) == (low...high).contains(value), "\(low) \(high) \(value)")
            }
            for text in ["-0", "00", "01", "+1", "1.0", ""] { #expect(try !grammar.matches(text.utf8)) }
        }
        let above = try Grammar(jsonSchema: Array(##"{"type":"integer","exclusiveMinimum":99}"##.utf8))
        #expect(try above.matches("100".utf8) && !above.matches("99".utf8) && above.matches("999999999999999".utf8))
    }

    /// Schemas that were cut, changed and put together at random: an answer or an error, and soon.
    @Test func nonsenseIsReadOrRefused() {
        var random = RandomSource(seed: 6)
        let sources = Self.schemas.map { Array($0.utf8) }
        var readable = 0
        for _ in 0..<300 {
            var bytes = sources.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
                case 1: bytes.insert(Array("0123{}[]\",:##".utf8).randomElement(using: &random) ?? 0, at: place)
                default: bytes.remove(at: place)
                }
            }
            if (try? Grammar(jsonSchema: bytes)) != nil { readable += 1 }
        }
        #expect(readable > 40)
    }

    @Test func schemasThatMultiplyAreRefused() {
        let levels = (0..<40).map {
            ##""d\##($0)":{"allOf":[{"$ref":"#/$defs/d\##($0 + 1)"},{"$ref":"#/$defs/d\##($0 + 1)"}]}"##
        }
        let doubling = ##"{"$ref":"#/$defs/d0","$defs":{\##(levels.joined(separator: ",")),"d40":{"type":"null"}}}"##
        #expect(throws: SchemaError.self) { try Grammar(jsonSchema: Array(doubling.utf8)) }
        let choices = (0..<20).map { _ in ##"{"anyOf":[{"minLength":1},{"maxLength":9}]}"## }
        #expect(throws: SchemaError.self) {
            try Grammar(jsonSchema: Array(##"{"allOf":[\##(choices.joined(separator: ","))]}"##.utf8))
        }
        let deep = String(repeating: ##"{"items":"##, count: 100_000)
        #expect(throws: SchemaError.self) { try Grammar(jsonSchema: Array(deep.utf8)) }
        let chain = (0..<5000).map { ##""d\##($0)":{"$ref":"#/$defs/d\##($0 + 1)"}"## }
        let long = ##"{"$ref":"#/$defs/d0","$defs":{\##(chain.joined(separator: ",")),"d5000":{"type":"null"}}}"##
        #expect(throws: SchemaError.self) { try Grammar(jsonSchema: Array(long.utf8)) }
    }
}
