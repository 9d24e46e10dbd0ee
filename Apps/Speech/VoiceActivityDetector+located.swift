import Checkpoints
import CommandLineKit
import ModelCatalog
import SpeechModels

/// The network where it has been fetched; else the detector that needs no file.
func locatedVoiceActivityDetector(on console: Console) throws -> any VoiceActivityDetector {
    let name = "silero-vad"
    guard ModelCatalog().isPresent(name) else {
        console.detail("silences are found without a network; 'make models' fetches the better '\(name)'")
        return StatisticalDetector()
    }
    return try SileroDetector(ModelFolder(ModelCatalog.locate(name)))
}
