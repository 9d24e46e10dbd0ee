/// Why the words of a text could not be found in a recording.
public enum AlignmentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing of the text can be spoken.
    case noWords(source: String)
    /// The recording has fewer frames than the text has tokens, a frame between equal neighbours counted too.
    case textTooLong(source: String, seconds: Double, frames: Int, needed: Int)
    /// More than fits into memory, in bytes.
    case tooLarge(source: String, needed: Int, limit: Int)
    /// Longer than a model hears that cannot spell frame by frame.
    case recordingTooLong(source: String, limit: Double)
    /// The tokenizer makes other words of a text than stand in it.
    case wordsDiffer(source: String)

    public var description: String {
        switch self {
        case .noWords(let source): "\(source): its text has no words; give those that are said in it"
        case .textTooLong(let source, let seconds, let frames, let needed):
            "\(source): its text is too long for it: \((seconds * 100).rounded() / 100) s have \(frames) places for tokens, the text "
                + "needs \(needed); give the text of this recording"
        case .tooLarge(let source, let needed, let limit):
            "\(source): this much text and sound needs \(needed >> 20) MiB at once, of at most \(limit >> 20); divide both"
        case .recordingTooLong(let source, let limit):
            "\(source): lasts more than the \(Int(limit)) s that a Whisper model hears at once; divide it and its text, or give "
                + "--model a recognizer that spells (speech train), which takes any length"
        case .wordsDiffer(let source):
            "\(source): the model's tokenizer does not keep the words of its text apart; its tokenizer.json is damaged"
        }
    }
}
