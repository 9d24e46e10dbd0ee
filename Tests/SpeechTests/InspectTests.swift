import Foundation
import TestKit
import Testing

/// `speech inspect`, run as a program.
@Suite struct InspectTests {
    @Test func factsOfAFolder() throws {
        let run = try ProgramRun("speech", ["inspect", TemporaryFolder.randomModel.path, "--scan", "--tensors"])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.contains("architecture") && run.output.contains("WhisperForConditionalGeneration"))
        #expect(run.output.contains("NaN or infinite") && run.output.contains("model.encoder.conv1.weight"))
    }

    @Test func factsAsJSON() throws {
        let file = TemporaryFolder.randomModel.appendingPathComponent("model.safetensors")
        let run = try ProgramRun("speech", ["inspect", file.path, "--format", "json"])
        #expect(run.status == 0)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let bytes = try Data(contentsOf: file)
        #expect(json["weightsByteCount"] as? Int == bytes.count)
        #expect((json["tensors"] as? [Any])?.count == json["tensorCount"] as? Int)
        #expect(json["nonFiniteValues"] == nil)
    }

    @Test func whatIsNoModelIsOneLine() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data(repeating: 0xFF, count: 100), to: "broken.safetensors")
        try folder.write("no model", to: "notes.txt")
        for model in ["broken.safetensors", "notes.txt", "nowhere", "nowhere.safetensors", "."] {
            let run = try ProgramRun("speech", ["inspect", model], in: folder.url)
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            #expect(run.errorLines.count == 1, "\(run.errors)")
        }
    }
}
