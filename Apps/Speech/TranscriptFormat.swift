import ArgumentParser
import CommandLineKit
import Foundation
import SpeechModels

/// The forms of a transcript.
enum TranscriptFormat: String, OutputFormat {
    case text, json, srt, vtt

    static let standard = TranscriptFormat.text

    var fileExtension: String { self == .text ? "txt" : rawValue }

    /// Whether two results one after the other no longer make a valid one.
    var isDocument: Bool { self == .srt || self == .vtt }

    /// The whole result for one recording.
    ///
    /// - Parameter isLine: a JSON object on one line, so that several make JSON Lines; else it is laid out for reading.
    func render(_ transcript: Transcript, file: String, isLine: Bool) throws -> String {
        switch self {
        case .text: return transcript.segments.map(Self.line).joined()
        case .srt: return Subtitles.subRip(transcript.segments)
        case .vtt: return Subtitles.webVTT(transcript.segments)
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if !isLine { encoder.outputFormatting.insert(.prettyPrinted) }
            let bytes = try encoder.encode(FileTranscript(file: file, transcript: transcript))
            return String(decoding: bytes, as: UTF8.self) + "\n"
        }
    }

    /// A segment as a line of plain text.
    static func line(_ segment: TranscriptSegment) -> String {
        segment.text.trimmingCharacters(in: .whitespacesAndNewlines) + "\n"
    }
}

/// A transcript with the name of its recording, as one JSON object.
private struct FileTranscript: Encodable {
    let file: String
    let transcript: Transcript

    private enum CodingKeys: String, CodingKey { case file }

    func encode(to encoder: any Encoder) throws {
        try transcript.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
    }
}
