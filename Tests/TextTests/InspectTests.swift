import Foundation
import TestKit
import Testing

/// `text inspect`, run as a program on what it runs and what it does not.
@Suite struct InspectTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func add(_ name: String) throws {
        try FileManager.default.copyItem(
            at: Repository.file("Tests/Fixtures/language-models/\(name)"), to: folder.url.appendingPathComponent(name))
    }

    @Test func namesAreThoseOfTheFile() throws {
        try add("gpt2-bare")
        let run = try ProgramRun("text", ["inspect", "gpt2-bare", "--tensors", "--scan"], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.contains("GPT2LMHeadModel\n") && run.output.contains("h.0.attn.c_attn.weight"))
        #expect(!run.output.contains("transformer.h.0") && !run.output.contains("not one that"))
    }

    @Test func anArchitectureThatIsNotRunIsMarkedAndRefused() throws {
        try add("mistral")
        let config = try folder.contents(of: "mistral/config.json").replacing("MistralForC", with: "MixtralForC")
            .replacing(#""mistral""#, with: #""mixtral""#)
        try folder.write(config, to: "mistral/config.json")
        let shown = try ProgramRun("text", ["inspect", "mistral"], in: folder.url)
        #expect(shown.status == 0 && shown.output.contains("MixtralForCausalLM (not one that this program runs)"))
        let run = try ProgramRun("text", ["generate", "a", "--model", "mistral"], in: folder.url)
        #expect(run.status == 1 && run.output.isEmpty && run.errorLines.count == 1)
        for name in ["mixtral", "MixtralForCausalLM", "MistralForCausalLM", "Gemma3ForCausalLM", "GPT2LMHeadModel"] {
            #expect(run.errors.contains(name), "\(run.errors)")
        }
    }
}
