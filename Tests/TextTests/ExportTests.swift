import Foundation
import TestKit
import Testing

/// `text export` as a user runs it.
@Suite struct ExportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("text", arguments, in: folder.url)
    }

    @Test func aRunBecomesAModelWithACard() throws {
        try folder.write(TrainTests.corpus, to: "corpus.txt")
        var run = try text(
            "train", "--data", "corpus.txt", "--preset", "1m", "--tokenizer", "bytes", "--context", "24",
            "--batch-size", "2", "--max-steps", "4", "--evaluate-every", "2", "--evaluation-batches", "2", "--seed",
            "7", "--dropout", "0.1", "--output", "run")
        #expect(run.status == 0, "\(run.errors)")
        run = try text("export", "run", "--type", "bfloat16", "--output", "model")
        #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/model").sorted()
        #expect(names == ["README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
        let (trained, exported) = (
            try folder.bytes("run/best/model.safetensors").count, try folder.bytes("model/model.safetensors").count
        )
        #expect(exported < trained / 2 + 4096)
        #expect(try folder.contents(of: "model/config.json").contains(#""torch_dtype" : "bfloat16""#))

        let card = try folder.contents(of: "model/README.md")
        for words in [
            "# model\n", "| corpus.txt |", "--seed 7", "--dropout 0.1 ", "--data corpus.txt", "validation loss",
            "bits per byte", "text train ", "step 4",
        ] {
            #expect(card.contains(words), "\(words) in \(card)")
        }
        #expect(!card.contains(folder.url.path))
        let generated = try text("generate", "--model", "model", "--seed", "1", "--max-tokens", "8", "the king")
        #expect(generated.status == 0 && !generated.output.isEmpty, "\(generated.errors)")
    }

    @Test func withoutATypeTheWeightsStayAsTheyAre() throws {
        try folder.addModel("first")
        var run = try text("export", "first", "--output", "second")
        #expect(run.status == 0, "\(run.errors)")
        let generated = try ["first", "second"].map { model in
            try text("generate", "--model", model, "--temperature", "0", "--max-tokens", "12", "the").output
        }
        #expect(generated[0] == generated[1])
        run = try text("export", "first", "--output", "second")
        #expect(run.status == 1 && run.errors.contains("second"), "\(run.errors)")
        run = try text("export", "nothing/here", "--output", "third")
        #expect(run.status == 1 && !folder.exists("third"), "\(run.errors)")
    }
}
