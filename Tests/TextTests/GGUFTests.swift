import Foundation
import TestKit
import Testing

/// `text` with a GGUF file as the model.
@Suite struct GGUFTests {
    private static let model = Repository.file("Tests/Fixtures/gguf/tiny.gguf").path

    private struct Expected: Decodable {
        struct Text: Decodable {
            let text: String
            let ids: [Int]
        }

        let greedy: [Text]
    }

    @Test func aFileIsAModel() throws {
        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: Repository.file("Tests/Fixtures/gguf/tiny.json")))
        for text in expected.greedy {
            let run = try ProgramRun(
                "text",
                [
                    "generate", text.text, "--model", Self.model, "--temperature", "0", "--max-tokens",
                    "\(text.ids.count)", "--format", "json",
                ])
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect(json["tokens"] as? [Int] == text.ids)
        }
    }

    @Test func inspectShowsMetadataAndTypes() throws {
        let run = try ProgramRun("text", ["inspect", Self.model, "--tensors", "--scan"])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        for text in [
            "LlamaForCausalLM\n", "GGUF version 3", "llama.attention.head_count_kv", "blk.1.ffn_down.weight", "Q6_K",
            "[701 values of string]",
        ] { #expect(run.output.contains(text), "\(text)") }
    }

    @Test func aDamagedFileIsRefusedInOneLine() throws {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.model))
        try bytes.prefix(bytes.count / 2).write(to: folder.url.appendingPathComponent("cut.gguf"))
        let run = try ProgramRun("text", ["generate", "a", "--model", "cut.gguf"], in: folder.url)
        #expect(run.status == 1 && run.output.isEmpty && run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.contains("cut.gguf") && run.errors.contains("cut short"), "\(run.errors)")
    }
}
