import Audio
import Checkpoints
import Foundation
import Parameters
import Tokenizers

/// What the files of a model folder say.
struct WhisperFiles {
    let folder: String
    let configuration: WhisperConfiguration
    let settings: WhisperGenerationSettings
    let weights: any TensorSource
    let tokenizer: any Tokenizer
    let spectrogram: LogMelSpectrogram

    init(_ folder: ModelFolder) throws {
        let w = try CTranslate2Whisper(path: folder.url.path + "/model.bin")
        let c = try w.configuration()
        self.folder = folder.url.path
        configuration = try JSONDecoder().decode(WhisperConfiguration.self, from: c.configurationJSON())
        settings = try JSONDecoder().decode(WhisperGenerationSettings.self, from: c.generationConfigurationJSON())
        weights = w
        tokenizer = try TempTokenizer(folder.url.path + "/tokenizer.json")
        spectrogram = LogMelSpectrogram(try LogMelConfiguration(preprocessorConfiguration: Array(c.preprocessorConfigurationJSON()), file: "x"))
    }
}
