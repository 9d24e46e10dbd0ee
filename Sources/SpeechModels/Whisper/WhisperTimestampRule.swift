public import Decoding

/// Keeps Whisper's timestamps well formed: they begin a window, come in pairs around text, and never go back; and where
/// their probability taken together exceeds that of every text token, one of them must come.
///
/// Radford et al. 2022, section 3.5 and the published decoding rules.
public struct WhisperTimestampRule: LogitRule {
    /// The token `<|0.00|>`; those behind it are 20 ms apart.
    let firstTimestamp: Int
    let endToken: Int
    let noTimestampsToken: Int
    /// The first timestamp may lie at most this many steps of 20 ms into the window.
    let maximumInitialIndex: Int?

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        let vocabulary = logits.count
        forbid(&logits, noTimestampsToken..<noTimestampsToken + 1)

        let lastIsTimestamp = tokens.last.map { $0 >= firstTimestamp } ?? false
        let secondLastIsTimestamp = tokens.count < 2 || tokens[tokens.count - 2] >= firstTimestamp
        if lastIsTimestamp {
            // A pair is complete: text must follow. Half a pair: its other half or the end must.
            forbid(&logits, secondLastIsTimestamp ? firstTimestamp..<vocabulary : 0..<endToken)
        }
        if let latest = tokens.last(where: { $0 >= firstTimestamp }) {
            // The second half of a pair may equal the first; a segment may not be empty.
            let mayRepeat = lastIsTimestamp && !secondLastIsTimestamp
            forbid(&logits, firstTimestamp..<(mayRepeat ? latest : latest + 1))
        }
        if tokens.isEmpty {
            forbid(&logits, 0..<firstTimestamp)
            if let maximumInitialIndex {
                forbid(&logits, min(firstTimestamp + maximumInitialIndex + 1, vocabulary)..<vocabulary)
            }
        }
        let timestamps = LogProbabilities.logSumExp(logits, in: min(firstTimestamp, vocabulary)..<vocabulary)
        let text = LogProbabilities.maximum(logits, in: 0..<min(firstTimestamp, vocabulary))
        if timestamps > text { forbid(&logits, 0..<firstTimestamp) }
    }

    private func forbid(_ logits: inout [Float], _ range: Range<Int>) {
        guard range.lowerBound < logits.count else { return }
        for token in range.clamped(to: 0..<logits.count) { logits[token] = -.infinity }
    }
}
