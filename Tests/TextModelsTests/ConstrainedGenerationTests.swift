import Checkpoints
import Decoding
import Foundation
import Grammars
import Testing
import Tokenizers

@testable import TextModels

/// Texts that are held to a grammar, by a model of random weights, which knows nothing of JSON.
struct ConstrainedGenerationTests {
    private static let generator = Result { try Generator(ModelFolder(GeneratorTests.folder)) }

    private func generate(_ prompt: String, _ options: GenerationOptions) async throws -> (text: String, Generation) {
        var text = ""
        for try await event in try Self.generator.get().generate(prompt, options: options) {
            switch event {
            case .text(let piece): text += piece
            case .finished(let generation): return (text, generation)
            }
        }
        throw CancellationError()
    }

    private func options(_ grammar: Grammar, temperature: Float = 1, count: Int = 60) -> GenerationOptions {
        var options = GenerationOptions()
        options.sampling.temperature = temperature
        options.grammar = grammar
        options.maximumCount = count
        return options
    }

    private func schema(_ text: String) throws -> Grammar { try Grammar(jsonSchema: Array(text.utf8)) }

    private struct Person: Decodable {
        let name: String
        let age: Int
        let tags: [String]?
    }

    /// 200 of 200, at three temperatures and in little room: the context holds 64 tokens.
    @Test func everySampleIsValid() async throws {
        let person = try schema(
            """
            {"type": "object", "properties": {"name": {"type": "string", "minLength": 2, "maxLength": 20},
              "age": {"type": "integer", "minimum": 18, "maximum": 99},
              "tags": {"type": "array", "items": {"enum": ["new", "old"]}, "minItems": 1, "maxItems": 3}},
             "required": ["name", "age"], "additionalProperties": false}
            """)
        for seed in 0..<100 {
            var options = options(person, temperature: [1, 1.5, 3][seed % 3])
            options.seed = UInt64(seed)
            let (text, generation) = try await generate("The", options)
            let value = try JSONDecoder().decode(Person.self, from: Data(text.utf8))
            #expect((2...20).contains(value.name.unicodeScalars.count) && (18...99).contains(value.age), "\(text)")
            #expect(value.tags.map { (1...3).contains($0.count) && Set($0).isSubset(of: ["new", "old"]) } ?? true)
            #expect(generation.finish == .grammar && generation.text == text)
        }
        let tree = try schema(
            """
            {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": ["array", "null", "number", "boolean"],
              "items": {"$ref": "#/$defs/tree"}, "maxItems": 4, "minimum": -1.5, "exclusiveMaximum": 10}}}
            """)
        for seed in 0..<100 {
            var options = options(tree, temperature: [1, 1.5, 3][seed % 3])
            options.seed = UInt64(seed)
            let (text, _) = try await generate("", options)
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(Self.isTree(value), "\(text)")
        }
    }

    private static func isTree(_ value: Any) -> Bool {
        if let elements = value as? [Any] { return elements.count <= 4 && elements.allSatisfy(isTree) }
        if value is NSNull || value is Bool { return true }
        return (value as? NSNumber).map { $0.doubleValue >= -1.5 && $0.doubleValue < 10 } ?? false
    }

    @Test func greedyTextsKeepToTheGrammar() async throws {
        let grammar = try Grammar(text: #"root ::= [A-Z] [a-z]{3,8} (" " [a-z]+){2} "." "#)
        let (text, generation) = try await generate("The tide", options(grammar, temperature: 0))
        #expect(try grammar.matches(text.utf8) && generation.finish == .grammar)
        // Again, with what is known of the grammar by now.
        let (again, _) = try await generate("The tide", options(grammar, temperature: 0))
        #expect(again == text)
    }

    @Test func theGrammarDecidesWhereTheTextMayEnd() async throws {
        let grammar = try Grammar(text: #"root ::= "ab"{3} | "ab"{3} "c"+"#)
        var options = options(grammar)
        options.sampling.logitBias = [700: 1000]
        let (text, generation) = try await generate("The", options)
        #expect(text == "ababab" && generation.finish == .endToken)
        options.stopsAtEndToken = false
        options.maximumCount = 20
        let (longer, cut) = try await generate("The", options)
        #expect(longer.hasPrefix("abababc") && cut.finish == .maximumCount)
    }

    @Test func whatIsNotWholeIsAnErrorAndGivesNothingOut() async throws {
        let grammar = try Grammar(text: #"root ::= [a-z]{50}"#)
        let model = try Self.generator.get().model
        var options = options(grammar, count: 5)
        var pass = try GenerationPass(model, prompt: .text("The"), options: options)
        var given = ""
        do {
            var read = ReadTokens(model)
            _ = try pass.run(reading: &read, emit: { given += $0 }, checkCancellation: {})
            Issue.record("no error")
        } catch TextModelError.unfinishedText(let generation) {
            #expect(generation.finish == .maximumCount && generation.tokens.count == 5 && !generation.text.isEmpty)
            #expect("\(TextModelError.unfinishedText(generation))".contains("(length) after 5 tokens"))
        }
        #expect(given.isEmpty)
        // A stop string in the middle of it.
        options.maximumCount = 60
        options.stopStrings = ["a", "e", "o", "t", "s", "n", "i"]
        await #expect(throws: TextModelError.self) { _ = try await generate("The", options) }
        // Everything that would fit is forbidden.
        options.stopStrings = []
        options.grammar = try Grammar(text: #"root ::= "z" | "q""#)
        let letters = ["z", "q"].compactMap { model.tokenizer.id(of: $0) }
        options.sampling.logitBias = Dictionary(uniqueKeysWithValues: letters.map { ($0, -.infinity) })
        await #expect(throws: (any Error).self) { _ = try await generate("The", options) }
    }
}
