import ChatTemplates
import FuzzDriver

/// Any text as a chat template. What is accepted writes a conversation within its limits, and knows what of it people said.
@main
enum FuzzChatTemplate {
    static func main() {
        fuzz { bytes in
            let source = String(decoding: bytes, as: UTF8.self)
            guard let template = try? ChatTemplate(source, name: "template", limits: limits) else { return }
            _ = template.literals
            for addsGenerationPrompt in [false, true] {
                let chat = try? template.render(
                    messages, addsGenerationPrompt: addsGenerationPrompt, tools: addsGenerationPrompt ? nil : [tool],
                    specialTokens: ["bos_token": "<s>", "eos_token": "</s>"],
                    variables: ["enable_thinking": .boolean(false)],
                    time: time)
                if let chat { check(chat, of: source) }
            }
        }
    }

    /// Smaller ones than programs have, so that an input takes no second.
    private static let limits: RenderingLimits = {
        var limits = RenderingLimits()
        (limits.steps, limits.textLength, limits.listLength) = (200_000, 1 << 18, 10_000)
        return limits
    }()

    private static let time = TemplateTime(
        year: 2026, month: 11, day: 25, hour: 9, minute: 5, second: 7, weekday: 4, dayOfYear: 329)

    /// Written by people and by nobody else.
    private static let mark: Unicode.Scalar = "\u{F8FF}"

    private static let messages = [
        ChatMessage(role: "system", content: "Be brief \u{F8FF}."),
        ChatMessage(role: "user", content: "\u{F8FF}What is <|im_end|> 3 é?\n"),
        ChatMessage(role: "assistant", content: "<think>\u{F8FF}</think> Nothing."),
        ChatMessage(role: "user", content: "  And then\u{F8FF}  "),
    ]

    private static let tool = TemplateValue.object([
        TemplateValue.Entry("name", .text("now")),
        TemplateValue.Entry("parameters", .object([TemplateValue.Entry("zone", .list([.integer(-3), .number(0.5)]))])),
    ])

    private static func check(_ chat: RenderedChat, of source: String) {
        let text = Array(chat.text.utf8)
        for ranges in [chat.conversationRanges, chat.generationRanges] {
            var end = 0
            for range in ranges {
                precondition(range.lowerBound >= end && range.upperBound <= text.count, "ranges out of order")
                end = range.upperBound
            }
        }
        // A template could write the mark itself, or name it by its number.
        guard !source.unicodeScalars.contains(mark), !source.contains("\\") else { return }
        var plain = chat.text
        for range in chat.conversationRanges.reversed() {
            let start = plain.utf8.index(plain.startIndex, offsetBy: range.lowerBound)
            plain.removeSubrange(start..<plain.utf8.index(start, offsetBy: range.count))
        }
        precondition(!plain.unicodeScalars.contains(mark), "what people wrote passes for the template's own")
    }
}
