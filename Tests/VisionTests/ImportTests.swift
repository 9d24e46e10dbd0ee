import Foundation
import TestKit
import Testing

/// `vision import`, run as a program.
@Suite struct ImportTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(try TestPictures.png(width: 48, height: 48, shade: 90), to: "in.png")
    }

    private func vision(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("vision", arguments, in: folder.url)
    }

    private func foreign(_ name: String) -> String {
        Repository.file("Tests/Fixtures/vision/foreign/\(name).pth").path
    }

    @Test(arguments: ["resnet-basic", "resnet-bottleneck", "resnet-small", "vit"])
    func whatWasImportedSaysTheSame(name: String) throws {
        try FileManager.default.copyItem(atPath: foreign(name), toPath: folder.path("weights.pth"))
        let run = try vision("import", "weights.pth", "--output", "model", "--labels", "ant, bee,cow,dog,elk")
        #expect(run.status == 0 && run.errors.contains("5 classes"), "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("model")).sorted()
        #expect(names == ["config.json", "model.safetensors", "preprocessor_config.json"])
        let inspection = try vision("inspect", "model")
        #expect(inspection.status == 0, "\(inspection.errors)")
        let result = try vision("classify", "in.png", "--model", "model", "--format", "tsv")
        #expect(result.status == 0, "\(result.errors)")
        let labels = result.output.split(separator: "\n").dropFirst().map { String($0.split(separator: "\t")[2]) }
        #expect(Set(labels) == ["ant", "bee", "cow", "dog", "elk"])
        // The weights by themselves are the same network, but for the names.
        try FileManager.default.createDirectory(atPath: folder.path("alone"), withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: folder.path("weights.pth"), toPath: folder.path("alone/weights.pth"))
        let alone = try vision("classify", "in.png", "--model", "alone", "--format", "tsv")
        func probabilities(_ run: ProgramRun) -> [Substring] {
            run.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t")[4] }
        }
        #expect(probabilities(alone) == probabilities(result) && alone.output.contains("class 0"))
    }

    @Test func namesComeFromFiles() throws {
        try folder.write("ant\r\nbee\ncow, brown\ndog\nelk\n\n", to: "names.txt")
        let run = try vision("import", foreign("resnet-basic"), "-o", "model", "--labels", "names.txt")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try folder.contents(of: "model/config.json").contains("\"cow, brown\""))
        try folder.write("ant\nbee\n", to: "few.txt")
        let few = try vision("import", foreign("resnet-basic"), "-o", "other", "--labels", "few.txt")
        #expect(few.status == 1 && few.errors.contains("2 names for 5 classes") && !folder.exists("other"))
        try folder.write([0xFF, 0xFE, 0], to: "bytes")
        let bytes = try vision("import", foreign("resnet-basic"), "-o", "other", "--labels", "bytes")
        #expect(bytes.status == 1 && bytes.errors.contains("not UTF-8"), "\(bytes.errors)")
        let nameless = try vision("import", foreign("resnet-basic"), "-o", "nameless", "--type", "float16")
        #expect(nameless.status == 0 && nameless.errors.contains("no names of classes"))
        let sizes = try ["model", "nameless"].map { try folder.bytes("\($0)/model.safetensors").count }
        #expect(sizes[1] < sizes[0] * 3 / 4)
    }

    @Test func wrongUseIsRefused() throws {
        #expect(try vision("import", foreign("vit")).status == 64)
        #expect(try vision("import", foreign("vit"), "-o", "x", "--type", "int8").status == 64)
        let model = Repository.file("Tests/Fixtures/vision/vit").path
        try FileManager.default.createDirectory(atPath: folder.path("there"), withIntermediateDirectories: false)
        try folder.write("no weights", to: "text.pth")
        try folder.write("{}", to: "empty.json")
        for (arguments, reason) in [
            ([model, "-o", "there"], "exists already"), (["gone.pth", "-o", "x"], "gone.pth"),
            (["text.pth", "-o", "x"], "text.pth"),
            ([Repository.file("Tests/Fixtures/llama/plain").path, "-o", "x"], "LlamaForCausalLM"),
            ([model, "-o", "x", "--preprocessor", "gone.json"], "gone.json"),
            ([model, "-o", "x", "--preprocessor", "text.pth"], "text.pth"),
        ] {
            let run = try ProgramRun("vision", ["import"] + arguments, in: folder.url)
            #expect(run.status == 1 && run.errors.contains(reason), "\(arguments): \(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1 && !folder.exists("x"))
        }
    }
}
