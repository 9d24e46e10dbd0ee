import Foundation
import TestKit
import Testing

/// `text chat`, run as a program, with a model of random weights.
@Suite struct ChatTests {
    private let folder: TemporaryFolder
    private static let standard = ["--temperature", "0", "--max-tokens", "4", "--chat-template", "plain"]

    init() throws { folder = try TemporaryFolder() }

    private func chat(_ arguments: String..., input: String? = nil) throws -> ProgramRun {
        try ProgramRun(
            "text", ["chat", "--model", TemporaryFolder.randomModel.path] + Self.standard + arguments,
            input: input.map { Data($0.utf8) }, in: folder.url)
    }

    private func history(_ name: String = "history.jsonl") throws -> [[String: String]] {
        try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
            .map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
            }
    }

    /// What the model is shown is what `text generate` writes on with.
    @Test func anAnswerIsTheContinuationOfTheRenderedConversation() throws {
        let run = try chat("--system", "Be brief.", "--message", "The tide?")
        #expect(run.status == 0, "\(run.errors)")
        let generated = try folder.text(
            "generate", "Be brief.\n\nUser: The tide?\nAssistant:", "--temperature", "0", "--max-tokens", "4")
        #expect(run.output == String(generated.output.drop(while: \.isWhitespace)))
    }

    @Test func everyLineOfAPipeIsAMessage() throws {
        let run = try chat("--history", "history.jsonl", input: "One\r\n\n  \n/two")
        #expect(run.status == 0, "\(run.errors)")
        let messages = try history()
        #expect(messages.map { $0["role"] } == ["user", "assistant", "user", "assistant"])
        #expect(messages.compactMap { $0["role"] == "user" ? $0["content"] : nil } == ["One", "/two"])
        let answers = messages.compactMap { $0["role"] == "assistant" ? $0["content"] : nil }
        #expect(run.output == answers.map { $0 + ($0.hasSuffix("\n") ? "" : "\n") }.joined())
    }

    /// A conversation that is taken up again goes on as if it had never been left.
    @Test func historyContinuesAConversation() throws {
        let whole = try chat("--history", "whole.jsonl", input: "One\nTwo\n")
        let first = try chat("--history", "history.jsonl", "--message", "One")
        let second = try chat("--history", "history.jsonl", "--message", "Two")
        #expect(first.output + second.output == whole.output)
        #expect(try history() == history("whole.jsonl"))
    }

    @Test func commandsDoWhatTheySay() throws {
        let run = try chat(
            "--commands",
            input: """
                One
                /system Be brief.
                /undo
                Two
                /save two.jsonl
                /retry
                /save again.jsonl
                /clear
                //slash
                /save slash.jsonl
                /load two.jsonl
                /save loaded.jsonl
                /tokens
                /system
                /help
                /nonsense
                /save
                /quit
                never answered
                """)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count >= 4)
        let two = try history("two.jsonl")
        #expect(two.map { $0["content"] }.prefix(2) == ["Be brief.", "Two"] && two.count == 3)
        #expect(try history("again.jsonl") == two)
        #expect(try history("slash.jsonl").map { $0["content"] }.prefix(2) == ["Be brief.", "/slash"])
        #expect(try history("loaded.jsonl") == two)
        for part in [" of 64 tokens", "the system says: Be brief.", "/retry", "no /nonsense", "/save lacks its file"] {
            #expect(run.errors.contains(part), "\(part) in \(run.errors)")
        }
    }

    @Test func aConversationThatIsTooLongIsAnErrorUnlessTurnsMayBeDropped() throws {
        let lines = (1...12).map { "A long way to go \($0)\n" }.joined()
        let refused = try chat(input: lines)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("--truncate") && refused.errors.contains("/clear"), "\(refused.errors)")
        let cut = try chat("--truncate", "--history", "history.jsonl", input: lines)
        #expect(cut.status == 0 && cut.errors.contains("no longer sees the first"), "\(cut.errors)")
        #expect(try history().count == 24)
    }

    // MARK: Templates

    @Test func withoutATemplateTheErrorTellsTheWay() throws {
        let run = try ProgramRun(
            "text", ["chat", "--model", TemporaryFolder.randomModel.path, "--message", "x"], in: folder.url)
        #expect(run.status == 1 && run.output.isEmpty && run.errorLines.count == 1)
        #expect(run.errors.contains("--chat-template: chatml, llama-2"), "\(run.errors)")
    }

    @Test func theModelsOwnTemplateIsUsed() throws {
        try folder.addModel("own")
        try folder.write(
            #"{"chat_template": [{"name": "default", "template": "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}{{ mood }}"}, {"name": "tool_use", "template": "x"}], "bos_token": {"content": "The "}}"#,
            to: "own/tokenizer_config.json")
        let own = ["chat", "--model", "own", "--temperature", "0", "--max-tokens", "5"]
        let run = try ProgramRun(
            "text", own + ["--message", "tide", "--template-variable", "mood= came in"], in: folder.url)
        let expected = try folder.text("generate", "The tide came in", "--temperature", "0", "--max-tokens", "5")
        #expect(run.status == 0 && run.output == String(expected.output.drop(while: \.isWhitespace)), "\(run.errors)")
        // A file of its own goes before.
        try folder.write("The {{ messages[0].content }} came in", to: "own/chat_template.jinja")
        #expect(try ProgramRun("text", own + ["--message", "tide"], in: folder.url).output == run.output)
        try folder.write("{{ messages | nonsense }}", to: "own/chat_template.jinja")
        let broken = try ProgramRun("text", own + ["--message", "tide"], in: folder.url)
        #expect(broken.status == 1 && broken.errors.contains("chat_template.jinja:1:15"), "\(broken.errors)")
        #expect(broken.errors.contains("'nonsense'") && broken.errors.contains("--chat-template"))
    }

    /// Somebody types the token that ends the text: the model must not read it as that.
    @Test func aTypedSpecialTokenIsText() throws {
        let run = try chat("--commands", input: "a<|endoftext|>b\n/tokens\n")
        let plain = try chat("--commands", input: "a\n/tokens\n")
        func tokens(_ run: ProgramRun) throws -> Int {
            try #require(run.errors.firstMatch(of: /(\d+) of 64 tokens/).flatMap { Int($0.1) })
        }
        // More than one token each for the brackets, the bars and the word.
        #expect(try tokens(run) > tokens(plain) + 6, "\(run.errors) \(plain.errors)")
    }

    // MARK: Bad input

    @Test(arguments: [
        ("{\"role\": \"user\"}", "has no \"content\""), ("[]", "a message is an object"), ("{", "not valid JSON"),
        ("{\"role\": \"<|x|>\", \"content\": \"\"}", "is not possible"),
        ("{\"content\": \"a\"}", "has no \"role\""),
    ])
    func aBadHistoryIsNamedWithItsLine(line: String, reason: String) throws {
        try folder.write("{\"role\": \"user\", \"content\": \"a\"}\n" + line + "\n", to: "bad.jsonl")
        let run = try chat("--history", "bad.jsonl", "--message", "x")
        #expect(run.status == 1 && run.errors.contains("bad.jsonl:2: ") && run.errors.contains(reason), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func wrongUsageIsNamed() throws {
        #expect(try chat("--max-tokens", "0", "--message", "x").status == 64)
        #expect(try chat("--stop", "", "--message", "x").status == 64)
        #expect(try chat("--prompt-cache", "", "--message", "x").status == 64)
        #expect(try chat("--template-variable", "novalue", "--message", "x").status == 64)
        let run = try ProgramRun(
            "text", ["chat", "--model", TemporaryFolder.randomModel.path, "--chat-template", "nosuch"], in: folder.url)
        #expect(run.status == 64 && run.errors.contains("no file 'nosuch'"), "\(run.errors)")
    }

    // MARK: Prompt cache

    @Test func thePromptCacheIsUsedAndChangesNothing() throws {
        let plain = try chat(input: "One\nTwo\n")
        let first = try chat("--prompt-cache", "cache.safetensors", input: "One\nTwo\n")
        let second = try chat("--prompt-cache", "cache.safetensors", "--verbose", input: "One\nTwo\n")
        #expect(plain.output == first.output && plain.output == second.output)
        #expect(second.errors.contains("tokens were read before"), "\(second.errors)")
        let bytes = try Data(contentsOf: folder.url.appendingPathComponent("cache.safetensors"))
        try bytes.prefix(bytes.count / 2).write(to: folder.url.appendingPathComponent("cut.safetensors"))
        let cut = try chat("--prompt-cache", "cut.safetensors", "--message", "x")
        #expect(cut.status == 1 && cut.errors.contains("cut.safetensors"), "\(cut.errors)")
        try folder.write("no cache", to: "text.txt")
        #expect(try chat("--prompt-cache", "text.txt", "--message", "x").status == 1)
    }
}
