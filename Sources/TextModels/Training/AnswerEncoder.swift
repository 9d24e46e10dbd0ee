public import Datasets
public import Tokenizers

/// Turns rows with answers into tokens, and finds the answers among them.
public struct AnswerEncoder: Sendable {
    /// A conversation as the model reads it.
    public struct Rendered: Sendable, Equatable {
        public let text: String
        public let tokens: [Int]

        public init(text: String, tokens: [Int]) { (self.text, self.tokens) = (text, tokens) }
    }

    /// A conversation by the model's chat template; `opensAnswer` asks for what precedes an answer to come.
    public typealias Rendering =
        @Sendable (_ messages: [ConversationMessage], _ opensAnswer: Bool) throws -> Rendered

    private let tokenizer: any Tokenizer
    private let endTokens: Set<Int>
    /// What ends a completion that no template ends.
    private let endToken: Int?
    /// What goes before a text that no template begins.
    private let prefix: [Int]
    private let limit: Int
    private let truncates: Bool
    private let render: Rendering?
    private let model: String

    /// - Parameters:
    ///   - endTokens: those that end the model's texts; the first ends completions.
    ///   - limit: tokens of a sequence that the model can see.
    ///   - truncates: whether the end of a longer one is cut off.
    ///   - model: what errors call the model.
    ///   - render: nil for a model without a chat template, which can learn continuations alone.
    public init(
        _ tokenizer: any Tokenizer, endTokens: [Int], limit: Int, truncates: Bool, model: String,
        render: Rendering?
    ) throws {
        self.tokenizer = tokenizer
        (self.endTokens, endToken) = (Set(endTokens), endTokens.first)
        prefix = try tokenizer.frame().prefix
        (self.limit, self.truncates) = (limit, truncates)
        (self.model, self.render) = (model, render)
    }

    /// The sequences of a row: one, or, where the template shows an earlier answer otherwise than the last one, as some do
    /// that leave out what was thought, one for each answer.
    ///
    /// - Throws: ``TextCorpusError/Reason`` for a row that cannot be used.
    public func sequences(of row: AnswerRow) throws -> [AnswerSequence] {
        let found =
            switch row {
            case .continuation(let prompt, let completion): try [continuation(prompt, completion)]
            case .conversation(let messages): try conversation(messages)
            }
        return try found.map { sequence in
            if sequence.tokens.count <= limit { return sequence }
            guard truncates else { throw TextCorpusError.Reason.tooLong(tokens: sequence.tokens.count, limit: limit) }
            guard let kept = sequence.prefix(limit) else { throw TextCorpusError.Reason.noAnswer }
            return kept
        }
    }

    private func continuation(_ prompt: String, _ completion: String) throws -> AnswerSequence {
        let whole = prefix + (try tokenizer.encode(prompt + completion)) + (endToken.map { [$0] } ?? [])
        let start = Self.commonCount(prefix + (try tokenizer.encode(prompt)), whole)
        return try sequence(whole, [start..<whole.count])
    }

    // MARK: Conversations

    private struct Answer {
        /// The text up to the answer, as the model is given it.
        let before: Rendered
        /// With the answer.
        let after: Rendered
    }

    private func conversation(_ messages: [ConversationMessage]) throws -> [AnswerSequence] {
        let answers = try messages.indices.filter { index in
            messages[index].role == AnswerRow.answeringRole && !messages[index].content.isEmpty
        }.map { index in
            Answer(
                before: try rendered(Array(messages[..<index]), opensAnswer: true),
                after: try rendered(Array(messages[...index]), opensAnswer: false))
        }
        guard let last = answers.last else { throw TextCorpusError.Reason.noAnswer }
        let isOneText = answers.allSatisfy { answer in
            last.after.text.hasPrefix(answer.after.text) && answer.after.text.hasPrefix(answer.before.text)
        }
        return isOneText
            ? [try sequence(of: last.after, answers)] : try answers.map { try sequence(of: $0.after, [$0]) }
    }

    private func rendered(_ messages: [ConversationMessage], opensAnswer: Bool) throws -> Rendered {
        guard let render else { throw TextModelError.noChatTemplate(model: model) }
        do {
            return try render(messages, opensAnswer)
        } catch {
            throw TextCorpusError.Reason.template("\(error)")
        }
    }

    private func sequence(of text: Rendered, _ answers: [Answer]) throws -> AnswerSequence {
        var whole = text.tokens
        var ranges: [Range<Int>] = []
        for answer in answers {
            let start = Self.commonCount(answer.before.tokens, whole)
            let end = Self.commonCount(answer.after.tokens, whole)
            guard start < end else { continue }
            // Behind the token that ends a turn stands what the template puts between turns, which nobody has to write.
            let stop = whole[start..<end].lastIndex { endTokens.contains($0) }
            ranges.append(start..<(stop.map { $0 + 1 } ?? end))
        }
        // A template without such a token would have answers that nothing ends; the last one can have the model's own, in
        // place of what stands between turns.
        if let last = ranges.last, let endToken, !whole[last].contains(where: { endTokens.contains($0) }) {
            let said = whole[last].lastIndex { tokenizer.text(of: $0)?.allSatisfy(\.isWhitespace) != true }
            let end = said.map { $0 + 1 } ?? last.upperBound
            whole = Array(whole[..<end]) + [endToken]
            ranges[ranges.count - 1] = last.lowerBound..<end + 1
        }
        return try sequence(whole, ranges)
    }

    private func sequence(_ tokens: [Int], _ answers: [Range<Int>]) throws -> AnswerSequence {
        // The first token cannot be learnt: nothing is before it.
        let learnt = answers.map { max(1, $0.lowerBound)..<max(1, $0.upperBound) }.filter { !$0.isEmpty }
        guard !learnt.isEmpty else { throw TextCorpusError.Reason.noAnswer }
        return AnswerSequence(tokens: tokens.map { Int32($0) }, answers: learnt)
    }

    /// Tokens at the beginning that two texts share.
    private static func commonCount(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).prefix { $0 == $1 }.count }
}
