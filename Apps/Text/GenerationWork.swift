import CommandLineKit
import Decoding
import Foundation
import TextModels

/// What `text generate` does with its prompt.
struct GenerationWork: Sendable {
    let generator: Generator
    let options: GenerationOptions
    /// Continuations of one prompt.
    let count: Int
    let format: Generate.Format
    let echoes: Bool
    let cache: PromptCache
    /// Where what the model has read of the prompt is kept.
    let cacheFile: String?
    /// Its name, without telling where it lies on this machine.
    let model: String
    let console: Console

    func run(prompt: String) async throws {
        if count > 1, options.sampling.temperature == 0 {
            console.note("at temperature 0 all \(count) continuations are the same")
        }
        let known = cache.tokens
        var results: [Result] = []
        var firstFailure: TextModelError?
        for stream in 0..<count {
            var options = options
            options.stream = stream
            // Texts that stand under each other are told apart by an empty line.
            if format == .text, stream > 0 { try console.write("\n") }
            let (generation, failure) = try await write(prompt, options)
            firstFailure = firstFailure ?? failure
            if let cacheFile, stream == 0 {
                let read = cache.tokens.prefix(generation.promptTokenCount)
                if !known.starts(with: read) {
                    try PromptCacheFile.write(cache, upTo: read.count, to: cacheFile)
                }
            }
            if format != .text {
                let result = Result(
                    model: model, prompt: prompt, text: (echoes ? prompt : "") + generation.text,
                    generation: generation)
                if format == .jsonl { try writeJSON(result, isPretty: false) } else { results.append(result) }
            }
            report(generation)
        }
        if format == .json {
            if count == 1 { try writeJSON(results[0], isPretty: true) } else { try writeJSON(results, isPretty: true) }
        }
        if let firstFailure { throw firstFailure }
    }

    /// One continuation, live where the format is text. Where it is JSON, one that does not match its grammar is told with
    /// why that is an error.
    private func write(
        _ prompt: String, _ options: GenerationOptions
    ) async throws -> (generation: Generation, failure: TextModelError?) {
        let isLive = format == .text
        var finished: Generation?
        var last: Character?
        func write(_ text: String) throws {
            try console.write(text)
            last = text.last ?? last
        }
        var failure: TextModelError?
        do {
            for try await event in generator.generate(.text(prompt), options: options, cache: cache) {
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
        }
        return (generation, failure)
    }

    private func writeJSON(_ value: some Encodable, isPretty: Bool) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        try console.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    private func report(_ generation: Generation) {
        if generation.droppedPromptTokenCount > 0 {
            console.note("the prompt lost its first \(generation.droppedPromptTokenCount) tokens (--truncate)")
        }
        func rate(_ count: Int, _ seconds: Double) -> String {
            String(format: "%.1f", seconds > 0 ? Double(count) / seconds : 0)
        }
        let timings = generation.timings
        let read = generation.promptTokenCount - generation.cachedPromptTokenCount
        console.detail(
            "\(generation.promptTokenCount) tokens of prompt, \(read) of them new, \(rate(read, timings.prompt)) per "
                + "second; \(generation.tokens.count) written, \(rate(generation.tokens.count, timings.generation)) per "
                + "second; ended by \(generation.finish.rawValue); seed \(generation.seed)")
    }

    /// What JSON shows: the generation with what it came from.
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
