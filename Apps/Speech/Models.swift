import CommandLineKit
import ModelCatalog

/// `speech models`: the models that this program can use.
extension Speech: ModelProgram {
    static var modelTasks: Set<ModelTask> { [.transcription, .voiceActivity] }
    static var defaultModel: String { "whisper-tiny.en" }
    static var architectures: [String] { ["WhisperForConditionalGeneration"] }
}
