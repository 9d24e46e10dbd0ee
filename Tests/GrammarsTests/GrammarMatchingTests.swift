import Tensors
import Testing

@testable import Grammars

struct GrammarMatchingTests {
    /// What is matched, what can still be completed, and by how many bytes: against the obvious way, on all short texts.
    @Test func randomGrammarsAreFollowedAsTheObviousWayDoes() throws {
        let length = 7
        let texts = GrammarTwin.texts(of: Array("ab".utf8), upTo: length)
        var random = RandomGrammar(random: RandomSource(seed: 20_261_125))
        var (usable, refused) = (0, 0)
        while usable < 150 {
            let rules = random.rules()
            let grammar: Grammar
            do { grammar = try Grammar(rules: rules, root: "root", allowsEndlessRules: true) } catch {
                refused += 1
                continue
            }
            usable += 1
            let twin = GrammarTwin(rules)
            let matched = texts.filter { twin.matches($0) }
            var automaton = GrammarAutomaton(grammar)
            for text in texts {
                automaton.beginWork()
                var state = try automaton.start()
                for byte in text { state = try automaton.state(after: state, byte) }
                #expect(automaton.canEnd(state) == matched.contains(text), "\(rules) \(text)")
                let completions = matched.filter { $0.starts(with: text) }.map { $0.count - text.count }
                let distance = automaton.distance(state)
                if let shortest = completions.min() {
                    #expect(distance == shortest, "\(rules) \(text)")
                } else {
                    #expect(distance > length - text.count, "\(rules) \(text)")
                }
                if state != GrammarAutomaton.dead {
                    let goesOn = matched.contains { $0.count > text.count && $0.starts(with: text) }
                    if goesOn { #expect(!automaton.isFinal(state)) }
                }
            }
        }
        #expect(refused > 20)
    }

    /// The same state after what was known has been forgotten, on the way through a deep nesting.
    @Test func forgettingChangesNothing() throws {
        let grammar = try Grammar(text: #"root ::= "[" root{2,4} "]" | "x" | ("a" | "aa"){3,5} "."  "#)
        let text = Array("[[xx[xxaaaaa.]x][aaa.xx]]".utf8)
        var (kept, forgetful) = (GrammarAutomaton(grammar), GrammarAutomaton(grammar))
        var (first, second) = (try kept.start(), try forgetful.start())
        for byte in text {
            first = try kept.state(after: first, byte)
            second = try forgetful.state(after: second, byte)
            second = try forgetful.forgetAll(but: second)
            #expect(kept.distance(first) == forgetful.distance(second))
            #expect(kept.canEnd(first) == forgetful.canEnd(second))
        }
        #expect(kept.canEnd(first) && forgetful.isFinal(second))
    }

    @Test func longRepetitionsCostNothingBeforehand() throws {
        let grammar = try Grammar(text: #"root ::= [a-z]{1000,200000} ("é"{3})?"#)
        #expect(grammar.nodes.count < 20 && grammar.shortestByteCount == 1000)
        #expect(try !grammar.matches(repeatElement(UInt8(ascii: "k"), count: 999)))
        #expect(try grammar.matches(repeatElement(UInt8(ascii: "k"), count: 1000)))
        #expect(try grammar.matches(Array(repeatElement(UInt8(ascii: "k"), count: 1001)) + Array("ééé".utf8)))
        #expect(try !grammar.matches(Array(repeatElement(UInt8(ascii: "k"), count: 1001)) + Array("éé".utf8)))
    }

    /// Deep nesting is a matter of memory, not of the stack.
    @Test func nestingIsNotLimited() throws {
        let grammar = try Grammar(text: #"root ::= "(" root ")" | "x""#)
        let deep = String(repeating: "(", count: 20_000) + "x" + String(repeating: ")", count: 20_000)
        #expect(try grammar.matches(deep.utf8))
        #expect(try !grammar.matches(deep.utf8.dropLast()))
    }

    @Test(arguments: [
        // So many ways that following them all is refused, and soon.
        #"root ::= ((("a"{0,1000}){0,1000}){0,1000}){0,1000} "b""#,
        #"root ::= x x x x x x x x "b""# + "\n" + #"x ::= ("a" | "aa" | "aaa"){0,100000} ("a" | "aaaa"){0,99999}"#,
    ])
    func hostileGrammarsEndInAnError(text: String) throws {
        let grammar = try Grammar(text: text)
        var automaton = GrammarAutomaton(grammar, workLimit: 20_000)
        #expect(throws: GrammarError.tooAmbiguous(limit: 20_000)) {
            var state = try automaton.start()
            for _ in 0..<3000 {
                automaton.beginWork()
                state = try automaton.state(after: state, UInt8(ascii: "a"))
            }
        }
    }

    @Test func everyRangeOfScalarsIsItsEncodings() throws {
        var random = RandomSource(seed: 4)
        let borders: [UInt32] = [
            0, 1, 0x7E, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000,
            0x10FFFF,
        ]
        for _ in 0..<300 {
            func scalar() -> UInt32 {
                Bool.random(using: &random)
                    ? borders.randomElement(using: &random) ?? 0 : UInt32.random(in: 0...0x10FFFF, using: &random)
            }
            let ends = [scalar(), scalar()].sorted()
            let set = ScalarSet([ends[0]...ends[1]])
            let sequences = UTF8Sequences.of(set)
            for probe in borders + ends + [ends[0] &- 1, ends[1] + 1, scalar(), scalar()] {
                guard let probe = Unicode.Scalar(probe) else { continue }
                let bytes = Array(String(probe).utf8)
                let matches = sequences.filter { sequence in
                    sequence.count == bytes.count && zip(sequence, bytes).allSatisfy { $0.contains($1) }
                }
                #expect(matches.count == (set.contains(probe) ? 1 : 0), "\(ends) \(probe.value)")
                #expect(set.complement.contains(probe) != set.contains(probe))
            }
        }
    }
}
