import ArgumentParser
import CommandLineKit
import SpeechModels

/// Hearing while somebody speaks.
struct StreamOptions: ParsableArguments {
    @Flag(
        help: "Write down what is said while it comes, from '-': raw samples of 16 bits, or WAV as recorders write it.")
    var stream = false
    @Option(help: ArgumentHelp("With --stream: samples per second of raw sound (default: 16000).", valueName: "hertz"))
    var rate: Int?
    @Option(
        help: ArgumentHelp(
            "With --stream: seconds without speech that end a line (default: 0.8).", valueName: "seconds"))
    var pause: Double?

    func validate() throws {
        try checkOption("rate", rate, 1_000...768_000)
        try checkOption("pause", pause, 0.1...10)
        if !stream, rate != nil || pause != nil { throw ValidationError("--rate and --pause are for --stream.") }
    }

    /// Hertz of raw samples.
    var rawSampleRate: Int { rate ?? Transcriber.sampleRate }

    var settings: SpeechStreamSettings {
        var settings = SpeechStreamSettings()
        if let pause { settings.pause = pause }
        return settings
    }
}
