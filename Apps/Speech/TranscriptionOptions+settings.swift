import Evaluation
import SpeechModels

extension TranscriptionOptions {
    /// What a report says of how recordings were heard.
    var settings: [String: Setting] {
        [
            "language": .text(language ?? "automatic"), "timestamps": .flag(usesTimestamps),
            "beam_size": .number(Double(search.beamSize)), "patience": .number(Double(search.patience)),
            "length_penalty": search.lengthPenalty.map { .number(Double($0)) } ?? "length",
            "best_of": .number(Double(search.sampleCount)), "seed": .text(String(seed)),
            "temperatures": .text(TemperatureList(temperatures).description),
            "compression_ratio_threshold": .text("\(compressionRatioThreshold)"),
            "logprob_threshold": .text("\(logProbabilityThreshold)"),
            "no_speech_threshold": .number(Double(noSpeechThreshold)),
            "prompt": .text(prompt ?? "none"), "carry_prompt": .flag(carriesPrompt),
            "condition": .flag(conditionsOnPreviousText),
            "suppress_tokens": .text(
                suppressedTokens.map { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: ",") } ?? "model"),
            "vad": .flag(detectsVoiceActivity), "vad_threshold": .number(Double(voiceActivity.threshold)),
            "vad_min_speech": .number(voiceActivity.minimumSpeechDuration),
            "vad_min_silence": .number(voiceActivity.minimumSilenceDuration),
            "vad_padding": .number(voiceActivity.padding),
        ]
    }
}

extension SpeechRecognizer {
    /// What a report says of how recordings were heard: what has a meaning for this kind of model.
    func settings(_ options: TranscriptionOptions, _ languageModel: LanguageModelOptions) -> [String: Setting] {
        guard self is CTCTranscriber else { return options.settings }
        return options.settings.filter { $0.key.hasPrefix("vad") || $0.key == "beam_size" }
            .merging(languageModel.settings) { given, _ in given }
    }
}
