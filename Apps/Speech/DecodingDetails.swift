import ArgumentParser
import SpeechModels

/// Settings of the decoder that few have a reason to change; `--help-hidden` lists them.
struct DecodingDetails: ParsableArguments {
    private static let standard = TranscriptionOptions()

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp("Let the model tell when each phrase begins and ends.", visibility: .hidden))
    var timestamps = standard.usesTimestamps
    @Option(
        help: ArgumentHelp(
            "A beam search ends when the beam size times this many hypotheses are complete.", valueName: "factor",
            visibility: .hidden))
    var patience = standard.search.patience
    @Option(
        help: ArgumentHelp(
            "Compare hypotheses by log-probability over ((5 + length) / 6) to this power (default: over the length).",
            valueName: "power", visibility: .hidden))
    var lengthPenalty: Float?
    @Option(
        help: ArgumentHelp(
            "Samples drawn at a temperature above 0, of which the most probable is kept.", valueName: "count",
            visibility: .hidden))
    var bestOf = standard.search.sampleCount
    @Option(help: ArgumentHelp("Where the random numbers begin.", valueName: "number", visibility: .hidden))
    var seed = standard.seed
    @Option(
        help: ArgumentHelp(
            "Try the next temperature where zlib shrinks a text more than this; 'inf' never does.",
            valueName: "ratio", visibility: .hidden))
    var compressionRatioThreshold = standard.compressionRatioThreshold
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Try the next temperature where the mean log-probability is below this; '-inf' never does.",
            valueName: "logarithm", visibility: .hidden))
    var logprobThreshold = standard.logProbabilityThreshold
    @Option(
        help: ArgumentHelp(
            "Drop a doubtful window whose probability of no speech exceeds this; 1 never does.",
            valueName: "probability", visibility: .hidden))
    var noSpeechThreshold = standard.noSpeechThreshold
    @Flag(help: ArgumentHelp("Put the prompt before every window, not the first only.", visibility: .hidden))
    var carryPrompt = standard.carriesPrompt
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp("Read each window in the light of what was said before.", visibility: .hidden))
    var condition = standard.conditionsOnPreviousText
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Ids of tokens never to be written, with commas between; 'none' allows all (default: the model's list).",
            valueName: "ids", visibility: .hidden))
    var suppressTokens: TokenList?
    @Option(
        help: ArgumentHelp("A frame at least this probable is speech.", valueName: "probability", visibility: .hidden))
    var vadThreshold = standard.voiceActivity.threshold
    @Option(
        help: ArgumentHelp(
            "Shorter speech is none, in seconds.", valueName: "seconds", visibility: .hidden))
    var vadMinSpeech = standard.voiceActivity.minimumSpeechDuration
    @Option(
        help: ArgumentHelp("Shorter silences are heard too, in seconds.", valueName: "seconds", visibility: .hidden))
    var vadMinSilence = standard.voiceActivity.minimumSilenceDuration
    @Option(
        help: ArgumentHelp(
            "Heard before and after speech, in seconds.", valueName: "seconds", visibility: .hidden))
    var vadPadding = standard.voiceActivity.padding

    func validate() throws {
        try check(patience, "--patience", in: 0.1...100)
        if let lengthPenalty { try check(lengthPenalty, "--length-penalty", in: 0...2) }
        try check(bestOf, "--best-of", in: 1...64)
        try check(compressionRatioThreshold, "--compression-ratio-threshold", in: 0...(.infinity))
        try check(logprobThreshold, "--logprob-threshold", in: -.infinity...0)
        try check(noSpeechThreshold, "--no-speech-threshold", in: 0...1)
        try check(vadThreshold, "--vad-threshold", in: 0...1)
        try check(vadMinSpeech, "--vad-min-speech", in: 0...30)
        try check(vadMinSilence, "--vad-min-silence", in: 0...3600)
        try check(vadPadding, "--vad-padding", in: 0...30)
    }

    func apply(to options: inout TranscriptionOptions) {
        options.usesTimestamps = timestamps
        options.search.patience = patience
        options.search.lengthPenalty = lengthPenalty
        options.search.sampleCount = bestOf
        options.seed = seed
        options.compressionRatioThreshold = compressionRatioThreshold
        options.logProbabilityThreshold = logprobThreshold
        options.noSpeechThreshold = noSpeechThreshold
        options.carriesPrompt = carryPrompt
        options.conditionsOnPreviousText = condition
        options.suppressedTokens = suppressTokens?.ids
        options.voiceActivity.threshold = vadThreshold
        options.voiceActivity.minimumSpeechDuration = vadMinSpeech
        options.voiceActivity.minimumSilenceDuration = vadMinSilence
        options.voiceActivity.padding = vadPadding
    }
}

/// Ids of tokens: `50362,50363`, or `none`.
struct TokenList: ExpressibleByArgument {
    let ids: [Int]

    init?(argument: String) {
        if argument == "none" {
            ids = []
            return
        }
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        ids = parts.compactMap { UInt32($0.filter { $0 != " " }).flatMap { Int(exactly: $0) } }
        guard ids.count == parts.count else { return nil }
    }
}
