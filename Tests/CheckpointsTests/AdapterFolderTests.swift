import Foundation
import Parameters
import TestKit
import Testing

@testable import Checkpoints

/// Folders of adapters as PEFT writes them (`Tests/Reference/adapter_fixtures.py`).
struct AdapterFolderTests {
    private static let fixtures = Repository.file("Tests/Fixtures/adapters")

    @Test func readsWhatPEFTHasWritten() throws {
        let adapter = try AdapterFolder(Self.fixtures.appendingPathComponent("queries"))
        #expect(adapter.baseModel == "grouped")
        #expect(
            adapter.settings == LowRankSettings(rank: 2, alpha: 8, dropout: 0.1, targets: .named(["q_proj", "v_proj"])))
        #expect(try adapter.openWeights().names.count == 8)
        let patterned = try AdapterFolder(Self.fixtures.appendingPathComponent("patterned"))
        #expect(patterned.settings.isRankStabilized && patterned.settings.alphas == ["o_proj": 3])
    }

    private func write(_ configuration: String, to folder: TemporaryFolder) throws -> URL {
        let url = folder.url.appendingPathComponent("adapter")
        try FileManager.default.copyItem(at: Self.fixtures.appendingPathComponent("queries"), to: url)
        try Data(configuration.utf8).write(to: url.appendingPathComponent("adapter_config.json"))
        return url
    }

    @Test(arguments: [LowRankSettings.Targets.allLinear, .named(["o_proj", "model.layers.1.mlp.up_proj"])])
    func configurationsComeBack(targets: LowRankSettings.Targets) throws {
        let folder = try TemporaryFolder()
        var settings = LowRankSettings(rank: 3, alpha: 4.5, dropout: 0.25, targets: targets)
        settings.alphas = ["q_proj": 2]
        settings.isRankStabilized = true
        let contents = try AdapterFolder.configuration(settings, baseModel: "some/model")
        let adapter = try AdapterFolder(write(String(decoding: contents, as: UTF8.self), to: folder))
        #expect(adapter.settings == settings)
        #expect(adapter.baseModel == "some/model")
    }

    @Test(arguments: [
        ("\"peft_type\":\"IA3\"", "peft_type"), ("\"use_dora\":true", "use_dora"), ("\"bias\":\"all\"", "bias"),
        ("\"modules_to_save\":[\"lm_head\"]", "modules_to_save"), ("\"r\":0", "r"), ("\"lora_alpha\":-1", "lora_alpha"),
        ("\"lora_dropout\":1.5", "lora_dropout"), ("\"alpha_pattern\":{\"^q.*\":3}", "alpha_pattern"),
        ("\"layer_replication\":[[0,1]]", "layer_replication"), ("\"use_qalora\":true", "use_qalora"),
    ])
    func otherKindsAreNamed(entry: String, key: String) throws {
        let folder = try TemporaryFolder()
        var entries = ["peft_type": "\"LORA\"", "r": "2", "lora_alpha": "4"]
        entries[key] = String(entry.drop { $0 != ":" }.dropFirst())
        let url = try write("{" + entries.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}", to: folder)
        do {
            _ = try AdapterFolder(url)
            Issue.record("nothing was thrown")
        } catch let error as ConfigurationError {
            #expect(error.key == key)
        }
    }

    @Test func whatIsNoAdapterIsToldSo() throws {
        let folder = try TemporaryFolder()
        let model = Repository.file("Tests/Fixtures/llama/grouped")
        #expect(throws: ModelFolderError(path: model.path, .notAnAdapter)) { try AdapterFolder(model) }
        let adapter = Self.fixtures.appendingPathComponent("queries")
        #expect(throws: ModelFolderError(path: adapter.path, .isAnAdapter)) { try ModelFolder(adapter) }
        let pickled = folder.url.appendingPathComponent("pickled")
        try FileManager.default.createDirectory(at: pickled, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: pickled.appendingPathComponent("adapter_config.json"))
        #expect(throws: ModelFolderError(path: pickled.path, .missingFiles([["adapter_model.safetensors"]]))) {
            try AdapterFolder(pickled)
        }
        try Data("x".utf8).write(to: pickled.appendingPathComponent("adapter_model.bin"))
        #expect(throws: ModelFolderError(path: pickled.path, .onlyPickledWeights(file: "adapter_model.bin"))) {
            try AdapterFolder(pickled)
        }
    }
}
