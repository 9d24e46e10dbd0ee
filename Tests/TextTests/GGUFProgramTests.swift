import Foundation
import TestKit
import Testing

/// `text export` to and from GGUF files, as a user runs it.
@Suite struct GGUFProgramTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("text", arguments, in: folder.url)
    }

    private func written(_ model: String) throws -> String {
        let run = try text("generate", "--model", model, "--temperature", "0", "--max-tokens", "12", "There was")
        #expect(run.status == 0, "\(run.errors)")
        return run.output
    }

    @Test func aFolderBecomesAFileAndAFolderAgain() throws {
        try folder.addModel("first")
        var run = try text("export", "first", "--output", "first.gguf", "--type", "float32")
        #expect(run.status == 0 && run.output.isEmpty && run.errors.contains("first.gguf: "), "\(run.errors)")
        run = try text("export", "first.gguf", "--output", "second")
        #expect(run.status == 0, "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/second").sorted()
        #expect(names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
        let expected = try written("first")
        #expect(try written("first.gguf") == expected && written("second") == expected)
        for model in ["first.gguf", "second"] {
            let ids = try text("tokenize", "encode", "--model", model, " Größen 12<|endoftext|>\n")
            #expect(
                try ids.output == text("tokenize", "encode", "--model", "first", " Größen 12<|endoftext|>\n").output)
        }
    }

    @Test(arguments: ["float16", "bfloat16", "q8_0", "q4_0"])
    func everyTypeIsOpened(type: String) throws {
        let run = try text(
            "export", Repository.file("Tests/Fixtures/gguf/tiny.gguf").path, "--format", "gguf", "--type", type,
            "--output", "model.gguf")
        #expect(run.status == 0, "\(run.errors)")
        let tensors = try text("inspect", "model.gguf", "--tensors")
        let name = ["float16": "F16", "bfloat16": "BF16", "q8_0": "Q8_0", "q4_0": "Q4_0"][type]
        #expect(tensors.output.contains(try #require(name)) && tensors.output.contains("blk.1.ffn_down.weight"))
        #expect(try !written("model.gguf").isEmpty)
    }

    @Test func whatIsNotPossibleIsToldInOneLine() throws {
        try folder.addModel("model")
        var run = try text("export", "model", "--type", "q8_0", "--output", "folder")
        #expect(run.status == 64 && run.errors.contains("--format gguf"), "\(run.errors)")
        run = try text("export", "model", "--format", "gguf", "--output", "folder")
        #expect(run.status == 64 && run.errors.contains(".gguf"), "\(run.errors)")
        try folder.write("mine", to: "there.gguf")
        run = try text("export", "model", "--output", "there.gguf")
        #expect(run.status == 1 && run.errors.contains("exists already"), "\(run.errors)")
        #expect(try folder.contents(of: "there.gguf") == "mine")
        run = try text("export", "model", "--output", "no/such/folder.gguf")
        #expect(run.status == 1 && run.errorLines.count == 1, "\(run.errors)")
        let whisper = Repository.file("Tests/Fixtures/whisper-tiny.en").path
        run = try text("export", whisper, "--output", "whisper.gguf")
        #expect(run.status == 1 && run.errorLines.count == 1 && !folder.exists("whisper.gguf"), "\(run.errors)")
    }
}
