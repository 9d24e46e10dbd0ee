import Checkpoints
import Decoding
import Foundation
import TestKit
import Testing
import Tokenizers

@testable import TextModels

/// The whole way from prompt to text, with a small random model (`Tests/Reference/llama_fixtures.py`).
struct GeneratorTests {
    struct Expected: Decodable {
        struct Generation: Decodable {
            let prompt: String
            let promptIDs: [Int]
            let ids: [Int]
            let text: String

            enum CodingKeys: String, CodingKey {
                case prompt, ids, text
                case promptIDs = "prompt_ids"
            }
        }
        struct Score: Decodable {
            let text: String
            let window: Int
            let stride: Int
            let nats: Double
            let tokens: Int
        }
        let generations: [Generation]
        let scores: [Score]
    }

    static let folder = LlamaFixture.folder.appendingPathComponent("tiny-text")

    static func expected() throws -> Expected {
        try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: folder.appendingPathComponent("expected.json")))
    }

    private func generate(
        _ generator: Generator, _ prompt: String, _ options: GenerationOptions
    ) async throws -> (pieces: [String], generation: Generation) {
        var pieces: [String] = []
        for try await event in generator.generate(prompt, options: options) {
            switch event {
            case .text(let text): pieces.append(text)
            case .finished(let generation): return (pieces, generation)
            }
        }
        throw CancellationError()
    }

    private func greedy(_ count: Int) -> GenerationOptions {
        var options = GenerationOptions()
        options.sampling.temperature = 0
        options.maximumCount = count
        return options
    }

    @Test func greedyTextsAreThoseOfTransformers() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        for expected in try Self.expected().generations {
            let (pieces, generation) = try await generate(generator, expected.prompt, greedy(expected.ids.count))
            #expect(generation.tokens == expected.ids)
            #expect(generation.text.unicodeScalars.elementsEqual(expected.text.unicodeScalars))
            #expect(generation.promptTokenCount == expected.promptIDs.count)
            #expect(generation.finish == .maximumCount)
            #expect(pieces.joined() == generation.text)
            #expect(!pieces.contains(""))
        }
    }

    @Test func severalAtOnceDoNotDisturbEachOther() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        let all = try Self.expected().generations
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for expected in all + all {
                group.addTask {
                    try await generate(generator, expected.prompt, greedy(expected.ids.count)).generation.tokens
                        == expected.ids
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    @Test func theTextEndsWhereItIsTold() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        var options = GenerationOptions()
        options.seed = 9
        options.maximumCount = 40
        let (_, free) = try await generate(generator, "The tide", options)
        try #require(free.text.count > 12)
        // A stop string in the middle.
        let middle = free.text.index(free.text.startIndex, offsetBy: free.text.count / 2)
        options.stopStrings = ["never to be seen", String(free.text[middle...].prefix(2))]
        let (pieces, stopped) = try await generate(generator, "The tide", options)
        #expect(stopped.finish == .stopString)
        #expect(free.text.hasPrefix(stopped.text) && !stopped.text.contains(options.stopStrings[1]))
        #expect(pieces.joined() == stopped.text)
        // The end token, forced.
        options.stopStrings = []
        options.sampling.logitBias = [700: 1000]
        let (_, ended) = try await generate(generator, "The tide", options)
        #expect(ended.finish == .endToken && ended.tokens.isEmpty && ended.text.isEmpty)
        options.stopsAtEndToken = false
        let (_, ignored) = try await generate(generator, "The tide", options)
        #expect(ignored.tokens == Array(repeating: 700, count: 40) && ignored.text.isEmpty)
    }

    @Test func aLongPromptIsRefusedOrCut() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        let prompt = String(repeating: "The tide came in, and ", count: 20)
        let count = try generator.model.tokenizer.encode(prompt).count
        await #expect(throws: TextModelError.promptTooLong(tokenCount: count, limit: 64)) {
            _ = try await generate(generator, prompt, greedy(5))
        }
        var options = greedy(5)
        options.truncatesPrompt = true
        let (_, generation) = try await generate(generator, prompt, options)
        #expect(generation.promptTokenCount == 64 - 5 && generation.tokens.count == 5)
        #expect(generation.droppedPromptTokenCount == count - 59)
        // The same as with the end of the prompt alone.
        let ids = try generator.model.tokenizer.encode(prompt).suffix(59)
        let end = generator.model.tokenizer.decode(ids)
        if try generator.model.tokenizer.encode(end) == Array(ids) {
            #expect(try await generate(generator, end, greedy(5)).generation.tokens == generation.tokens)
        }
    }

    /// Cancellation is looked for before each token, and once before the prompt.
    @Test(arguments: [1, 2, 5]) func cancellationEndsTheTextAtTheNextToken(checks: Int) throws {
        let model = try LanguageModel(ModelFolder(Self.folder))
        var options = greedy(60)
        options.stopsAtEndToken = false
        var pass = try GenerationPass(model, prompt: .text("The tide"), options: options)
        var read = ReadTokens(model)
        var (count, pieces) = (0, 0)
        #expect(throws: CancellationError.self) {
            try pass.run(
                reading: &read, emit: { _ in pieces += 1 },
                checkCancellation: {
                    count += 1
                    if count > checks { throw CancellationError() }
                })
        }
        #expect(count == checks + 1 && pieces <= checks - 1)
    }

    @Test func aDroppedStreamEndsTheWork() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        let task = Task {
            for try await _ in generator.generate("The", options: greedy(60)) {
                try await Task.sleep(for: .seconds(60))
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        // Not after a minute, but now.
        let start = ContinuousClock.now
        _ = await task.result
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func sillyOptionsAreErrors() async throws {
        let generator = try Generator(ModelFolder(Self.folder))
        var options = GenerationOptions()
        options.sampling.topP = 0
        await #expect(throws: SamplingSettingsError.self) { _ = try await generate(generator, "a", options) }
    }

    @Test func theRecommendationsOfTheFolderCount() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(at: Self.folder, to: folder.url.appendingPathComponent("model"))
        func model() throws -> LanguageModel {
            try LanguageModel(ModelFolder(folder.url.appendingPathComponent("model")))
        }
        #expect(try model().recommendedSampling == LanguageModel.standardSampling)
        try folder.write(
            #"{"do_sample": true, "temperature": 0.6, "top_k": 0, "top_p": 0.9, "eos_token_id": [5, 6]}"#,
            to: "model/generation_config.json")
        let model = try model()
        #expect(model.recommendedSampling.temperature == 0.6 && model.recommendedSampling.topP == 0.9)
        #expect(model.recommendedSampling.topK == nil)
        #expect(model.endTokens == [5, 6, 700])
    }
}
