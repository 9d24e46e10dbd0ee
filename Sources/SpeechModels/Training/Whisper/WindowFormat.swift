import Audio
import Tokenizers

/// How a Whisper model wants its windows, and what it is to write about them.
public struct WindowFormat: Sendable {
    let tokens: WhisperTokens
    let spectrogram: LogMelSpectrogram
    /// Frames of a spectrogram: 30 s in every published model.
    let frameCount: Int
    /// Text and timestamps of a window at most: decoding goes no further.
    let tokenLimit: Int
    /// What stands before every text: `<|startoftranscript|>`, in multilingual models language and task.
    let start: [Int]

    /// Timestamps before and after each phrase.
    static let timestampsOfPhrase = 2

    /// Samples of a window.
    var sampleCount: Int { frameCount * spectrogram.configuration.hop }

    /// What a model can learn from one recording.
    public var limits: PreparedRecordings.Limits {
        PreparedRecordings.Limits(
            longest: Double(sampleCount) / Double(PreparedRecordings.sampleRate),
            // The space that a text begins with may be a token of its own.
            tokenCount: tokenLimit - Self.timestampsOfPhrase - 1)
    }
}
