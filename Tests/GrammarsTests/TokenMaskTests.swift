import Tensors
import Testing

@testable import Grammars

struct TokenMaskTests {
    /// Tokens as tokenizers have them: bytes, pieces, pieces of characters, doubles, empty and absent ones.
    private static func vocabulary(_ random: inout RandomSource, alphabet: String) -> [[UInt8]?] {
        let bytes = Array(alphabet.utf8)
        var tokens: [[UInt8]?] = bytes.map { [$0] } + [nil, [], [UInt8(ascii: "a")]]
        for _ in 0..<60 {
            tokens.append(
                (0..<Int.random(in: 1...6, using: &random)).map { _ in bytes.randomElement(using: &random) ?? 0 })
        }
        return tokens.shuffled(using: &random)
    }

    private static let grammars = [
        #"root ::= "[" (root ("," root)*)? "]" | [ab]{1,4} | "é"+"#,
        #"root ::= ("ab" | "b,a" | .){3,7} "]""#,
        #"root ::= [a,é\]]* "[" root? "]""#,
    ]

    /// Every token tried by itself, from states on random ways through the grammar, with and without a budget.
    @Test(arguments: grammars) func masksAreWhatEachTokenSays(text: String) throws {
        let grammar = try Grammar(text: text)
        var random = RandomSource(seed: 11)
        let vocabulary = Self.vocabulary(&random, alphabet: "ab,[]é ")
        let trie = TokenTrie(vocabularySize: vocabulary.count) { vocabulary[$0] }
        #expect(vocabulary.indices.allSatisfy { trie.bytes(of: $0) == vocabulary[$0] ?? [] })
        for _ in 0..<20 {
            var automaton = GrammarAutomaton(grammar)
            var state = try automaton.start()
            for step in 0..<15 {
                let budget = Bool.random(using: &random) ? 1000 : Int.random(in: 0...6, using: &random)
                let dropping = step == 0 && Bool.random(using: &random)
                automaton.beginWork()
                let mask = try automaton.mask(from: state, trie, budget: budget, droppingSpace: dropping)
                var allowed: [Int] = []
                for (id, token) in vocabulary.enumerated() {
                    var rest = (token ?? [])[...]
                    if dropping, rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
                    var next = state
                    for byte in rest { next = try automaton.state(after: next, byte) }
                    let fits = !rest.isEmpty && automaton.distance(next) <= budget
                    #expect(mask.contains(id) == fits, "\(rest)")
                    if fits { allowed.append(id) }
                }
                #expect(mask.count == allowed.count)
                guard let token = allowed.randomElement(using: &random), !dropping else { break }
                for byte in trie.bytes(of: token) { state = try automaton.state(after: state, byte) }
            }
        }
    }

    /// Whatever is drawn, the text is whole when the tokens are used up.
    @Test(arguments: grammars, [3, 4, 9, 30]) func textsEndInTime(text: String, limit: Int) throws {
        let grammar = try Grammar(text: text)
        var random = RandomSource(seed: UInt64(limit))
        let vocabulary = Self.vocabulary(&random, alphabet: "ab,[]é ")
        let end = vocabulary.count
        let trie = TokenTrie(vocabularySize: end + 1) { $0 < end ? vocabulary[$0] : nil }
        var constraint = try GrammarConstraint(grammar, tokens: trie, endTokens: [end])
        for _ in 0..<50 {
            try constraint.restart()
            var written: [UInt8] = []
            for count in 0..<limit where !constraint.isFinished {
                var logits = [Float](repeating: 0, count: end + 3)
                try constraint.restrict(&logits, remaining: limit - count)
                let allowed = logits.indices.filter { logits[$0] == 0 }
                #expect(allowed.contains(end) == constraint.isComplete && !allowed.contains { $0 > end })
                let token = allowed.filter { $0 != end }.randomElement(using: &random) ?? end
                if token == end { break }
                try constraint.accept(token)
                written += vocabulary[token] ?? []
            }
            let isComplete = constraint.isComplete
            #expect(isComplete)
            #expect(try grammar.matches(written))
        }
    }

    @Test func theEndIsWhereTheGrammarEnds() throws {
        let trie = TokenTrie(vocabularySize: 4) { [Array("yes".utf8), Array("y".utf8), Array("es".utf8), nil][$0] }
        var constraint = try GrammarConstraint(Grammar(text: #"root ::= "yes""#), tokens: trie, endTokens: [3])
        var logits: [Float] = [1, 2, 3, 4]
        try constraint.restrict(&logits, remaining: 9)
        #expect(logits == [1, 2, -.infinity, -.infinity])
        #expect(throws: GrammarError.noTokenFits(after: "")) { try constraint.accept(2) }
        #expect(throws: GrammarError.noTokenFits(after: "")) { try constraint.accept(3) }
        try constraint.accept(1)
        #expect(constraint.missingByteCount == 2 && !constraint.isComplete)
        try constraint.accept(2)
        #expect(constraint.isFinished)
        logits = [1, 2, 3, 4]
        try constraint.restrict(&logits, remaining: 9)
        #expect(logits == [-.infinity, -.infinity, -.infinity, 4])
    }

    @Test func aVocabularyThatLacksAByteIsAnError() throws {
        let trie = TokenTrie(vocabularySize: 1) { _ in Array("ye".utf8) }
        var constraint = try GrammarConstraint(Grammar(text: #"root ::= "yes""#), tokens: trie, endTokens: [])
        var logits: [Float] = [0]
        try constraint.restrict(&logits, remaining: 9)
        try constraint.accept(0)
        #expect(throws: GrammarError.noTokenFits(after: "ye")) { try constraint.restrict(&logits, remaining: 9) }
    }
}
