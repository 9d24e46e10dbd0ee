import CommandLineKit
import Foundation
import TextModels

/// What `text generate` does with its prompt.
struct GenerationWork: Sendable {
    let generator: Generator
    let options: GenerationOptions
    let format: Generate.Format
    let echoes: Bool
    /// Its name, without telling where it lies on this machine.
    let model: String
    let console: Console

    func run(prompt: String) async throws {
        let isLive = format == .text
        var finished: Generation?
        var last: Character?
        func write(_ text: String) throws {
            try console.write(text)
            last = text.last ?? last
        }
        var failure: TextModelError?
        do {
            for try await event in generator.generate(prompt, options: options) {
                switch event {
                case .text(let text):
                    if isLive, echoes, last == nil, !prompt.isEmpty { try write(prompt) }
                    if isLive { try write(text) }
                case .finished(let generation): finished = generation
                }
            }
        } catch TextModelError.unfinishedText(let generation) {
            // The JSON tells why it ended; as text it would look like what was asked for.
            failure = .unfinishedText(generation)
            guard !isLive else { throw TextModelError.unfinishedText(generation) }
            finished = generation
        }
        // The stream ends early without an error only when this task was cancelled.
        guard let generation = finished else {
            if isLive, last?.isNewline == false { try console.write("\n") }
            throw CancellationError()
        }
        if isLive {
            if echoes, last == nil, !prompt.isEmpty { try write(prompt) }
            if last?.isNewline != true { try console.write("\n") }
        } else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let result = Result(
                model: model, prompt: prompt, text: (echoes ? prompt : "") + generation.text, generation: generation)
            try console.write(String(decoding: try encoder.encode(result), as: UTF8.self) + "\n")
        }
        report(generation)
        if let failure { throw failure }
    }

    private func report(_ generation: Generation) {
        if generation.droppedPromptTokenCount > 0 {
            console.note("the prompt lost its first \(generation.droppedPromptTokenCount) tokens (--truncate)")
        }
        func rate(_ count: Int, _ seconds: Double) -> String {
            String(format: "%.1f", seconds > 0 ? Double(count) / seconds : 0)
        }
        let timings = generation.timings
        console.detail(
            "\(generation.promptTokenCount) tokens of prompt, \(rate(generation.promptTokenCount, timings.prompt)) per "
                + "second; \(generation.tokens.count) written, \(rate(generation.tokens.count, timings.generation)) per "
                + "second; ended by \(generation.finish.rawValue); seed \(generation.seed)")
    }

    /// What `--format json` shows: the generation with what it came from.
    private struct Result: Encodable {
        let model: String
        let prompt: String
        let text: String
        let generation: Generation

        private enum CodingKeys: String, CodingKey { case model, prompt, text }

        func encode(to encoder: any Encoder) throws {
            try generation.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model, forKey: .model)
            try container.encode(prompt, forKey: .prompt)
            try container.encode(text, forKey: .text)
        }
    }
}
