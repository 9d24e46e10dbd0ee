import ArgumentParser
import Evaluation
import SpeechModels

/// How a recording is heard: what `transcribe` and `evaluate` share.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Spoken language, as a code or an English name; multilingual models detect it where this is not given.",
            valueName: "language"))
    var language: String?
    @Option(
        help: ArgumentHelp(
            "Words to expect, or the style to write in, as if they had been said just before.", valueName: "text"))
    var prompt: String?
    @Option(
        help: ArgumentHelp(
            "Follow this many hypotheses at once: above 1 slower, and somewhat fewer errors; with --language-model 20 or more.",
            valueName: "count"))
    var beamSize = TranscriptionOptions().search.beamSize
    @Option(
        help: ArgumentHelp(
            "0 takes what is most probable; further values, with commas between, are tried where that cannot be trusted.",
            valueName: "list"))
    var temperature = TemperatureList(TranscriptionOptions().temperatures)
    @Flag(inversion: .prefixedNo, help: "Find out where somebody speaks, and pass over the rest.")
    var vad = true
    @OptionGroup var languageModel: LanguageModelOptions
    @OptionGroup var details: DecodingDetails

    func validate() throws {
        try check(beamSize, "--beam-size", in: 1...64)
        if temperature.values.contains(where: { !(0...2).contains($0) }) {
            throw ValidationError("--temperature \(temperature) is not possible; give numbers from 0 to 2.")
        }
        if details.carryPrompt, prompt == nil {
            throw ValidationError("--carry-prompt needs a --prompt to carry.")
        }
    }

    var transcriptionOptions: TranscriptionOptions {
        var options = TranscriptionOptions()
        options.language = language
        options.prompt = prompt
        options.search.beamSize = beamSize
        options.temperatures = temperature.values
        options.detectsVoiceActivity = vad
        details.apply(to: &options)
        return options
    }
}

/// One temperature or several: `0`, `0,0.2,0.4`.
struct TemperatureList: ExpressibleByArgument, CustomStringConvertible {
    let values: [Float]

    init(_ values: [Float]) { self.values = values }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        values = parts.compactMap { Float($0.filter { $0 != " " }) }
        guard values.count == parts.count, !values.isEmpty else { return nil }
    }

    var description: String {
        values.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: ",")
    }

    var defaultValueDescription: String { description }
}

/// Refuses a number outside of `range`; NaN is outside of any.
func check<Number: Comparable>(_ value: Number, _ option: String, in range: ClosedRange<Number>) throws {
    guard range.contains(value) else {
        throw ValidationError(
            "\(option) \(value) is not possible; give a number from \(range.lowerBound) to \(range.upperBound).")
    }
}
