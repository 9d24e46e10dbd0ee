import ArgumentParser
import CommandLineKit
import SpeechModels

/// The shape of subtitles; any of them asks for the times of words.
struct SubtitleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Subtitles (srt, vtt, lrc): cells of a line (default: 42 with --max-lines, else as wide as the phrase).",
            valueName: "cells"))
    var maxLineWidth: Int?
    @Option(
        help: ArgumentHelp(
            "Subtitles: lines at once (default: 2 with --max-line-width, else 1).", valueName: "count",
            visibility: .hidden))
    var maxLines: Int?
    @Option(help: ArgumentHelp("Subtitles: words at once.", valueName: "count", visibility: .hidden))
    var maxWords: Int?
    @Flag(
        help: ArgumentHelp(
            "Subtitles: underline each word while it is spoken; lrc gives its time.", visibility: .hidden))
    var highlightWords = false

    func validate() throws {
        if let maxLineWidth { try check(maxLineWidth, "--max-line-width", in: 4...1000) }
        if let maxLines { try check(maxLines, "--max-lines", in: 1...100) }
        if let maxWords { try check(maxWords, "--max-words", in: 1...1000) }
    }

    var isEmpty: Bool { maxLineWidth == nil && maxLines == nil && maxWords == nil && !highlightWords }

    var layout: CaptionLayout {
        var layout = CaptionLayout { $0.displayWidth }
        layout.maximumLineWidth = maxLineWidth
        layout.maximumLineCount = maxLines
        layout.maximumWordCount = maxWords
        layout.highlightsWords = highlightWords
        return layout
    }
}
