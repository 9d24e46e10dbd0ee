import Decoding
import Tensors
import Tokenizers

/// Decodes a window until the result can be trusted: first as the search finds it, then by drawing at ever higher
/// temperatures (Radford et al. 2022, section 4.5), and in the end without what cannot be trusted.
struct WhisperTrust: Sendable {
    let decoder: WhisperWindowDecoder
    let options: TranscriptionOptions

    struct Outcome: Sendable {
        /// Nil where nobody speaks.
        var result: WhisperWindowDecoder.Result?
        /// Whether words were cut off that said the same again and again.
        var isCut = false
        var decisions: [(action: TranscriptDecision.Action, reason: String)] = []
        /// Whether the next window should not be read in the light of this one.
        var forgetsContext = false
    }

    /// Why a result cannot be trusted.
    private enum Doubt {
        case loop(PhraseLoop)
        case compression(Float)
        case logProbability(Float)

        var reason: String {
            switch self {
            case .loop(let loop): "repeated \(loop.period)-gram"
            case .compression(let ratio): "compression ratio \(ratio.rounded(toPlaces: 2))"
            case .logProbability(let mean): "mean log-probability \(mean.rounded(toPlaces: 2))"
            }
        }

        /// How bad it is, beside other doubts.
        var rank: Int {
            switch self {
            case .loop: 2
            case .compression: 1
            case .logProbability: 0
            }
        }
    }

    /// - Parameters:
    ///   - request: its temperature is chosen here.
    ///   - recent: text tokens written last, to notice what repeats itself from window to window.
    ///   - duration: of the window's sound, in seconds.
    func decode(
        _ source: WhisperSource, _ request: WhisperWindowDecoder.Request, recent: [Int], duration: Double,
        checkCancellation: () throws -> Void
    ) throws -> Outcome {
        var (request, outcome) = (request, Outcome())
        var attempts: [(result: WhisperWindowDecoder.Result, doubt: Doubt)] = []
        for (number, temperature) in options.temperatures.enumerated() {
            request.temperature = temperature
            request.random = request.random.split(UInt64(number))
            let result = try decoder.decode(source, request, checkCancellation: checkCancellation)
            if isSilence(result) {
                outcome.decisions.append((.dropped, "no speech \(result.noSpeechProbability.rounded(toPlaces: 2))"))
                return outcome
            }
            guard let doubt = doubt(of: result, recent) else {
                outcome.result = result
                // What was found by chance misleads what follows.
                outcome.forgetsContext = temperature > 0.5
                return outcome
            }
            attempts.append((result, doubt))
            if temperature >= Self.independentTemperature, isSaid(attempts, duration: duration) {
                outcome.result = attempts[0].result
                outcome.forgetsContext = true
                return outcome
            }
            if case .loop = doubt { request.previous = [] }
            if number < options.temperatures.count - 1 { outcome.decisions.append((.retried, doubt.reason)) }
        }
        // The least doubtful, the most probable of equals; temperatures are never none.
        let best = attempts.enumerated().min {
            let (a, b) = ($0.element, $1.element)
            return (a.doubt.rank, -a.result.averageLogProbability, $0.offset)
                < (b.doubt.rank, -b.result.averageLogProbability, $1.offset)
        }
        guard let best = best?.element else { return outcome }
        outcome.result = best.result
        outcome.forgetsContext = attempts.count > 1
        if case .loop(let loop) = best.doubt {
            outcome.result?.tokens = withoutRepetition(best.result.tokens, loop, recentCount: recent.count)
            outcome.isCut = true
            outcome.forgetsContext = true
            outcome.decisions.append((.dropped, best.doubt.reason))
        }
        return outcome
    }

    /// From here on what is drawn follows the sound rather than what was drawn before.
    private static let independentTemperature: Float = 0.8

    /// Whether a sentence is said again and again in the recording itself, as announcements are: it is found at a high
    /// temperature and without context, too, and at the pace of speech, which a model that runs in circles exceeds.
    private func isSaid(
        _ attempts: [(result: WhisperWindowDecoder.Result, doubt: Doubt)], duration: Double
    ) -> Bool {
        guard let first = attempts.first, let last = attempts.last, case .loop(let loop) = first.doubt,
            case .loop(let again) = last.doubt, loop.period > 8, loop.period == again.period
        else { return false }
        return Double(first.result.tokens.filter { !isTimestamp($0) }.count) < 6 * duration
    }

    private func isSilence(_ result: WhisperWindowDecoder.Result) -> Bool {
        result.noSpeechProbability > options.noSpeechThreshold
            && result.averageLogProbability < options.logProbabilityThreshold
    }

    private func doubt(of result: WhisperWindowDecoder.Result, _ recent: [Int]) -> Doubt? {
        let text = result.tokens.filter { !isTimestamp($0) }
        if let loop = PhraseLoop.first(in: recent + text), loop.range.upperBound > recent.count { return .loop(loop) }
        let ratio = CompressionRatio.of(decoder.vocabulary.tokens.decode(text).trimmed())
        if ratio > options.compressionRatioThreshold { return .compression(ratio) }
        if result.averageLogProbability < options.logProbabilityThreshold {
            return .logProbability(result.averageLogProbability)
        }
        return nil
    }

    /// The tokens up to the end of the loop's first turn.
    private func withoutRepetition(_ tokens: [Int], _ loop: PhraseLoop, recentCount: Int) -> [Int] {
        var kept = max(0, loop.range.lowerBound + loop.period - recentCount)
        let end = tokens.firstIndex { token in
            if isTimestamp(token) { return false }
            kept -= 1
            return kept < 0
        }
        return Array(tokens[..<(end ?? tokens.count)])
    }

    private func isTimestamp(_ token: Int) -> Bool { token >= decoder.vocabulary.firstTimestamp }
}

extension Float {
    /// For people to read.
    func rounded(toPlaces places: Int) -> Float {
        var factor: Float = 1
        for _ in 0..<places { factor *= 10 }
        return (self * factor).rounded() / factor
    }
}
