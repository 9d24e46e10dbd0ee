import Tensors
import Testing

@testable import Grammars

struct GrammarTextTests {
    @Test(arguments: [
        (#"root ::= "a" | "b""#, ["a", "b"], ["", "ab", "c"]),
        (#"root ::= "a"? [b-d]* "e"+"#, ["e", "abcde", "bee"], ["a", "ab", "ea"]),
        (#"root ::= ("x" "y"){2} "z"{,2}"#, ["xyxy", "xyxyz", "xyxyzz"], ["xy", "xyxyzzz"]),
        (#"root ::= .{2,3}"#, ["ab", "äöü", "🌍🌍", "a\nb"], ["a", "abcd"]),
        (#"root ::= [^a-c\n]+"#, ["xyz", "é"], ["a", "x\n", ""]),
        (#"root ::= "\"\\\n\t\x41\u00e9\U0001F30D""#, ["\"\\\n\tAé🌍"], ["A"]),
        (#"root ::= [\]\[\-^]{4}"#, ["[]-^"], ["[]-a"]),
        (#"root ::= [-a]{2} [b-]{2}"#, ["-a-b"], ["bb--"]),
        (
            """
            # a comment
            root ::= list   # another
            list ::=
              item
              ("," item)*
            item ::= "1" |
              "2"
              | list-2
            list-2 ::= "(" list ")"
            """, ["1", "1,2", "(1,(2)),1"], ["(", "1,", ""]
        ),
        (#"root ::= "" | "a""#, ["", "a"], ["aa"]),
        (#"root ::= "a" | "#, ["", "a"], ["b"]),
        (#"root ::= ((("a"*)*)*)+"#, ["", "aaa"], ["b"]),
        (#"root ::= ("a" | "aa"){3}"#, ["aaa", "aaaa", "aaaaaa"], ["aa", "aaaaaaa"]),
        (#"root ::= ("a"? "b"?){2}"#, ["", "a", "ab", "ba", "abab"], ["aaa", "babb"]),
    ])
    func theNotationIsUnderstood(text: String, matched: [String], refused: [String]) throws {
        let grammar = try Grammar(text: text)
        for text in matched { #expect(try grammar.matches(text.utf8), "\(text)") }
        for text in refused { #expect(try !grammar.matches(text.utf8), "\(text)") }
    }

    @Test(
        arguments: [
            ("", 1, 1, .unexpectedEnd(expected: "a rule, name ::= …")),
            ("# nothing", 1, 10, .unexpectedEnd(expected: "a rule, name ::= …")),
            ("root", 1, 5, .unexpectedEnd(expected: "::=")),
            ("root = \"a\"", 1, 6, .unexpected("=", expected: "::=")),
            ("root ::= \"a", 1, 12, .unexpectedEnd(expected: "the end of a literal, '\"'")),
            ("root ::= \"\\q\"", 1, 11, .invalidEscape("\\q")),
            ("root ::= \"\\uD800\"", 1, 11, .invalidScalar(0xD800)),
            ("root ::= \"\\U00110000\"", 1, 11, .invalidScalar(0x110000)),
            ("root ::= [z-a]", 1, 11, .reversedRange("z-a")),
            ("root ::= [a", 1, 12, .unexpectedEnd(expected: "the end of a class, ']'")),
            ("root ::= \n  [] \"b\"", 2, 3, .emptyClass),
            ("root ::= \"a\"{3,2}", 1, 13, .reversedRepetition(minimum: 3, maximum: 2)),
            ("root ::= \"a\"{}", 1, 14, .unexpected("}", expected: "a number")),
            ("root ::= \"a\"{,}", 1, 15, .unexpected("}", expected: "a number")),
            ("root ::= \"a\"{1", 1, 15, .unexpectedEnd(expected: "',' or '}'")),
            ("root ::= \"a\"{99999999999999999999}", 1, 14, .repetitionTooLarge(limit: 1_000_000)),
            ("root ::= (\"a\"\nb ::= \"c\"", 2, 1, .unexpected("b", expected: "')'")),
            ("root ::= \"a\")", 1, 13, .unexpected(")", expected: "the name of a rule")),
            ("root ::= *", 1, 10, .unexpected("*", expected: "a literal, a class, a group or the name of a rule")),
            (
                "root ::= \"a\"*?", 1, 14,
                .unexpected("?", expected: "a literal, a class, a group or the name of a rule")
            ),
            ("a ::= \"b\"\na ::= \"c\"", 2, 1, .duplicateRule("a")),
        ] as [(String, Int, Int, GrammarError.SyntaxReason)])
    func mistakesAreNamedWithTheirPlace(
        text: String, line: Int, column: Int, reason: GrammarError.SyntaxReason
    ) {
        let expected = GrammarError.syntax(line: line, column: column, reason)
        #expect(throws: expected) { try Grammar(text: text) }
        #expect(expected.description.hasPrefix("grammar, line \(line), column \(column): "))
    }

    @Test(
        arguments: [
            ("other ::= \"a\"", .noRule("root")),
            ("root ::= \"a\" thing", .undefinedRule("thing", usedBy: "root")),
            ("root ::= root \"a\" | \"b\"", .leftRecursion(["root"])),
            ("root ::= a\na ::= \"x\"? b\nb ::= (a \"y\"){0,3} | \"z\"", .leftRecursion(["a", "b"])),
            ("root ::= \"a\" root", .endlessRule("root")),
            ("root ::= \"a\" | b\nb ::= \"(\" b \")\"", .endlessRule("b")),
        ] as [(String, GrammarError)])
    func grammarsThatCannotBeFollowedAreErrors(text: String, expected: GrammarError) {
        #expect(throws: expected) { try Grammar(text: text) }
    }

    @Test func deepNestingAndLongTextsAreErrors() {
        let deep = "root ::= " + String(repeating: "(", count: 100_000)
        #expect(throws: GrammarError.syntax(line: 1, column: 111, .tooDeep(limit: 100))) { try Grammar(text: deep) }
        #expect(throws: GrammarError.self) { try Grammar(utf8: Array(repeating: 0x20, count: 2 << 20)) }
        #expect(throws: GrammarError.syntax(line: 1, column: 1, .invalidUTF8)) { try Grammar(utf8: [0xC3, 0x28]) }
    }

    /// Nothing crashes or hangs, whatever is written; what can be read can be followed.
    @Test func nonsenseIsReadOrRefused() {
        var random = RandomSource(seed: 8)
        let pieces = [
            "root", "::=", "\"a\"", "\"", "[a-z]", "[^", "]", "(", ")", "|", "*", "+", "?", "{2}", "{1,3}", "{0,9999}",
            "\n", " ", "#", ".", "\\", "x", "é", "-", "\u{0}", "\"b\" root", "x ::= ",
        ]
        var readable = 0
        for round in 0..<3000 {
            let count = Int.random(in: 0...14, using: &random)
            let text =
                (round % 2 == 0 ? "root ::= " : "")
                + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined(separator: " ")
            guard let grammar = try? Grammar(text: text) else { continue }
            readable += 1
            var automaton = GrammarAutomaton(grammar, workLimit: 20_000)
            guard var state = try? automaton.start() else { continue }
            for _ in 0..<20 {
                automaton.beginWork()
                let byte = Array("aabz\n\"".utf8).randomElement(using: &random) ?? 0
                guard let next = try? automaton.state(after: state, byte), next != GrammarAutomaton.dead else { break }
                state = next
            }
        }
        #expect(readable > 50)
    }
}
