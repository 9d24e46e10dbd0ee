import Checkpoints
import Decoding
import Foundation
import Testing
import Tokenizers

@testable import TextModels

/// A real model: `stories260K` (after karpathy/tinyllamas, converted to Hugging Face's layout), where `TRIPTYCH_DATA` leads
/// to a folder that holds it under `models/`; and what `transformers` wrote with it.
struct StoriesTests {
    private static let root = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"].map { URL(fileURLWithPath: $0) }
    private static var folder: URL? {
        for candidate in [root, root?.deletingLastPathComponent()] {
            guard let folder = candidate?.appendingPathComponent("models/stories260K") else { continue }
            if FileManager.default.fileExists(atPath: folder.path) { return folder }
        }
        return nil
    }

    private static let prompt = "Once upon a time, there was a little girl"
    private static let promptIDs = [1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421]
    private static let ids = [
        395, 317, 426, 338, 401, 396, 267, 337, 410, 408, 419, 292, 411, 322, 265, 282, 295, 433, 426, 385, 328, 432,
        358, 394, 261, 370, 432, 352, 266, 268, 388, 426, 338, 391, 266, 267, 337, 335, 312, 432, 398, 312, 286, 267,
        414, 270, 333, 415, 426, 13, 438, 310, 439, 419, 357, 336, 432, 313, 438, 310,
    ]
    private static let text =
        " named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, "
        + "but it was too high.\nLily's mom said, \"Lily"

    @Test(.enabled(if: folder != nil, "TRIPTYCH_DATA leads to no models/stories260K"))
    func greedyIdsAreThoseOfTransformers() async throws {
        let folder = try #require(Self.folder)
        let generator = try Generator(ModelFolder(folder))
        #expect(try generator.model.tokenizer.encodeFramed(Self.prompt) == Self.promptIDs)
        var options = GenerationOptions()
        options.sampling.temperature = 0
        options.maximumCount = Self.ids.count
        var streamed = ""
        for try await event in generator.generate(Self.prompt, options: options) {
            switch event {
            case .text(let text): streamed += text
            case .finished(let generation):
                #expect(generation.tokens == Self.ids)
                #expect(generation.text == Self.text && streamed == Self.text)
            }
        }
    }
}
