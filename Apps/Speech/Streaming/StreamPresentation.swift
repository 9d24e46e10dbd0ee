import CommandLineKit
import SpeechModels

/// Shows lines of a stream: unfinished ones on a terminal, in place, and as lines of JSON; finished ones in every form.
struct StreamPresentation {
    private let delivery: TranscriptDelivery
    /// The form on standard output, if there is one.
    private let printed: TranscriptFormat?
    private let file: String
    private let console: Console

    init(_ delivery: TranscriptDelivery, printed: TranscriptFormat?, file: String, console: Console) {
        (self.delivery, self.printed, self.file, self.console) = (delivery, printed, file, console)
    }

    mutating func show(_ event: SpeechEvent) throws {
        switch event {
        case .partial(let segment):
            switch printed {
            case .jsonl: try console.write(JSONLinesWriter(file: file).line(segment, isFinal: false))
            case .text: try console.showUnfinished(segment.text)
            default: break
            }
        case .final(let segment): try delivery.add(segment)
        }
    }
}
