import CommandLineKit
import SpeechModels

extension AdaptedModel {
    /// The model that options name, with its adapter.
    init(_ model: ModelOptions, _ adapter: AdapterOptions) throws {
        let standard = "whisper-tiny.en"
        try self.init(model, adapter, defaultName: standard) { try model.folder(defaultName: standard) }
    }

    func recognizer(languageModel: LanguageModelFusion?, on console: Console) throws -> any SpeechRecognizer {
        try loadSpeechRecognizer(
            folder, voiceActivityDetector: locatedVoiceActivityDetector(on: console), languageModel: languageModel,
            adapter: adapter, strength: strength)
    }
}
