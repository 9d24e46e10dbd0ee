import ChatTemplates
import CommandLineKit
import Foundation
import JSON

/// A conversation as a file: JSON Lines, a message in each (docs/formats/chat.md).
enum ChatHistory {
    static func read(_ path: String, orEmpty: Bool = false) async throws -> [ChatMessage] {
        if orEmpty, !FileManager.default.fileExists(atPath: path) { return [] }
        var messages: [ChatMessage] = []
        let text = try await TextSource.file(path).read()
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.hasSuffix("\r") ? line.dropLast() : line
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            do {
                messages.append(try ChatMessage(TemplateValue(json: Array(line.utf8))))
            } catch let error as JSONError {
                throw ChatHistoryError(path: path, line: index + 1, reason: "not valid JSON, \(error)")
            } catch let error as ChatMessageError {
                throw ChatHistoryError(path: path, line: index + 1, reason: "\(error)")
            }
        }
        return messages
    }

    /// The file is whole, or as it was.
    static func write(_ messages: [ChatMessage], to path: String) throws {
        try ResultFile.write(messages.map { $0.json + "\n" }.joined(), to: path)
    }
}

/// A line of a history that is no message.
struct ChatHistoryError: Error, Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let reason: String

    var description: String { "\(path):\(line): \(reason)" }
}

extension [ChatMessage] {
    /// With `text` as what the system says, in place of what it said.
    func withSystem(_ text: String) -> [ChatMessage] {
        let rest = first?.role == "system" ? Array(dropFirst()) : self
        return text.isEmpty ? rest : [ChatMessage(role: "system", content: text)] + rest
    }
}
