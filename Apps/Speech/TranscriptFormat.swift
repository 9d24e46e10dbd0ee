import ArgumentParser
import CommandLineKit
import SpeechModels

/// The forms of a transcript.
enum TranscriptFormat: String, OutputFormat {
    case text, srt, vtt, tsv, json, jsonl, lrc, textgrid

    static let standard = TranscriptFormat.text

    var fileExtension: String {
        switch self {
        case .text: "txt"
        case .textgrid: "TextGrid"
        default: rawValue
        }
    }

    /// Whether the results of several recordings one after the other make a valid one.
    var joins: Bool { self == .text || self == .json || self == .jsonl }

    var isSubtitles: Bool { self == .srt || self == .vtt || self == .lrc }

    /// - Parameter isLine: a JSON object on one line, so that several make JSON Lines; else it is laid out for reading.
    func makeWriter(
        layout: CaptionLayout, file: String, task: TranscriptionOptions.Task, isLine: Bool
    ) -> any TranscriptWriter {
        switch self {
        case .text: PlainTextWriter()
        case .srt: SubRipWriter(layout)
        case .vtt: WebVTTWriter(layout)
        case .tsv: TabSeparatedWriter()
        case .json: JSONTranscriptWriter(file: file, task: task, isLine: isLine)
        case .jsonl: JSONLinesWriter(file: file)
        case .lrc: LyricsWriter(layout)
        case .textgrid: TextGridWriter()
        }
    }
}
