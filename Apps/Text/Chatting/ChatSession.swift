import ChatTemplates
import CommandLineKit
import Foundation
import Synchronization
import TextModels

/// A conversation with a model, and what of it the model has read.
final class ChatSession: Sendable {
    let generator: Generator
    let format: ChatFormat
    let options: GenerationOptions
    let truncates: Bool
    let cache: PromptCache
    let historyFile: String?
    let console: Console
    private let state: Mutex<State>

    private struct State {
        var messages: [ChatMessage]
        /// Every answer has random numbers of its own.
        var answerCount = 0
    }

    init(
        generator: Generator, format: ChatFormat, options: GenerationOptions, truncates: Bool, cache: PromptCache,
        messages: [ChatMessage], historyFile: String?, console: Console
    ) {
        (self.generator, self.format, self.options) = (generator, format, options)
        (self.truncates, self.cache, self.historyFile, self.console) = (truncates, cache, historyFile, console)
        state = Mutex(State(messages: messages))
    }

    var messages: [ChatMessage] {
        get { state.withLock { $0.messages } }
        set { state.withLock { $0.messages = newValue } }
    }

    var context: Int { generator.model.configuration.context }

    /// Tokens of the conversation as the model would read it next.
    func tokenCount() throws -> Int { try messages.isEmpty ? 0 : format.encode(messages).tokens.count }

    /// Answers `question`, piece by piece on standard output. Where that fails, the conversation is as it was before.
    ///
    /// - Returns: whether the answer came to its end; where its task is cancelled, what there is of it counts.
    func answer(_ question: String) async throws -> Bool {
        try await answer(messages + [ChatMessage(role: "user", content: question)])
    }

    /// Answers the last question anew. Where that fails, the conversation is as it was before.
    func retry() async throws -> Bool {
        try await answer(messages.last?.role == "assistant" ? messages.dropLast() : messages)
    }

    private func answer(_ asked: [ChatMessage]) async throws -> Bool {
        let before = messages
        messages = asked
        do {
            let isWhole = try await writeAnswer()
            // Stopped before its first word, an answer is none, and its question was not asked.
            if messages.last?.role != "assistant" { messages = before }
            return isWhole
        } catch {
            messages = before
            throw error
        }
    }

    private func writeAnswer() async throws -> Bool {
        let tokens = try prompt()
        var options = options
        options.stream = state.withLock { state in
            defer { state.answerCount += 1 }
            return state.answerCount
        }
        var text = ""
        var finished: Generation?
        for try await event in generator.generate(.tokens(tokens), options: options, cache: cache) {
            switch event {
            case .text(let piece):
                // White space at the beginning is the template's affair.
                let shown = text.isEmpty ? String(piece.drop(while: \.isWhitespace)) : piece
                text += shown
                try console.write(shown)
            case .finished(let generation): finished = generation
            }
        }
        guard finished != nil || !text.isEmpty else { return false }
        if text.last?.isNewline != true { try console.write("\n") }
        messages.append(ChatMessage(role: "assistant", content: text))
        if let historyFile { try ChatHistory.write(messages, to: historyFile) }
        if let finished { report(finished) }
        return finished != nil
    }

    private func prompt() throws -> [Int] {
        let messages = messages
        guard truncates else {
            let tokens = try format.encode(messages).tokens
            guard tokens.count < context else {
                throw ConversationTooLong(tokenCount: tokens.count, limit: context)
            }
            return tokens
        }
        // Room for the answer, but no more than half.
        let room = min(options.maximumCount, context / 2)
        let (tokens, _, droppedCount) = try format.encode(messages, fitting: context - room)
        if droppedCount > 0 {
            console.note("the model no longer sees the first \(droppedCount) messages (--truncate)")
        }
        return tokens
    }

    private func report(_ generation: Generation) {
        switch generation.finish {
        case .maximumCount: console.note("the answer was cut at \(generation.tokens.count) tokens (--max-tokens)")
        case .fullContext: console.note("the answer was cut because the model's \(context) tokens are full")
        case .endToken, .stopString, .grammar: break
        }
        func rate(_ count: Int, _ seconds: Double) -> String {
            String(format: "%.1f", seconds > 0 ? Double(count) / seconds : 0)
        }
        let read = generation.promptTokenCount - generation.cachedPromptTokenCount
        console.detail(
            "\(generation.promptTokenCount) tokens of prompt, \(read) of them new, \(rate(read, generation.timings.prompt)) "
                + "per second; \(generation.tokens.count) written, "
                + "\(rate(generation.tokens.count, generation.timings.generation)) per second; seed \(generation.seed)")
    }
}

/// A conversation that fills the context.
struct ConversationTooLong: Error, Equatable, CustomStringConvertible {
    let tokenCount: Int
    let limit: Int

    var description: String {
        "the conversation has \(tokenCount) tokens, but the model sees \(limit) at most; begin anew (/clear), take back a "
            + "turn (/undo), or drop the oldest ones with --truncate"
    }
}
