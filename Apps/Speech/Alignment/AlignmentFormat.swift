import ArgumentParser
import CommandLineKit
import SpeechModels

/// The forms of an alignment.
enum AlignmentFormat: String, OutputFormat {
    case tsv, srt, vtt, lrc, json, textgrid

    static let standard = AlignmentFormat.tsv

    var fileExtension: String { self == .textgrid ? "TextGrid" : rawValue }

    /// Whether it has segments and words in any case.
    private var holdsWords: Bool { self == .json || self == .textgrid }

    /// - Parameters:
    ///   - byWord: whether each word stands alone.
    ///   - isLine: a JSON object on one line; else it is laid out for reading.
    func text(of transcript: Transcript, file: String, byWord: Bool, isLine: Bool) throws -> String {
        let layout = CaptionLayout { $0.displayWidth }
        let writer: any TranscriptWriter =
            switch self {
            case .tsv: TabSeparatedWriter(showsConfidence: true)
            case .srt: SubRipWriter(layout)
            case .vtt: WebVTTWriter(layout)
            case .lrc: LyricsWriter(layout)
            case .json: JSONTranscriptWriter(file: file, taskName: "align", isLine: isLine)
            case .textgrid: TextGridWriter()
            }
        return try writer.text(of: byWord && !holdsWords ? transcript.byWord : transcript)
    }
}
