import Foundation
import Testing

/// A command in the documentation with the output that the reader is shown.
///
/// In Markdown, a block marked `console`: lines that begin with `$ ` are commands, the lines up to the next one are
/// what it prints. A line of `…` stands for any lines.
struct ConsoleExample: Sendable, CustomTestStringConvertible {
    let file: String
    let line: Int
    let command: String
    let expected: [String]

    var testDescription: String { "\(file):\(line): \(command)" }

    /// All examples of a Markdown text.
    static func examples(in text: String, file: String) -> [ConsoleExample] {
        var examples: [ConsoleExample] = []
        var isInBlock = false
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                isInBlock = line.trimmingCharacters(in: .whitespaces) == "```console"
            } else if isInBlock, line.hasPrefix("$ ") {
                examples.append(
                    ConsoleExample(file: file, line: index + 1, command: String(line.dropFirst(2)), expected: []))
            } else if isInBlock, let last = examples.popLast() {
                examples.append(
                    ConsoleExample(
                        file: file, line: last.line, command: last.command, expected: last.expected + [line]))
            }
        }
        return examples
    }

    /// Whether the lines of `output` are those that the reader is shown.
    func matches(_ output: String) -> Bool {
        var lines = output.components(separatedBy: "\n")[...]
        while lines.last?.isEmpty == true { lines.removeLast() }
        var shown = expected[...]
        while shown.last?.isEmpty == true { shown.removeLast() }
        return Self.matches(lines, shown)
    }

    private static func matches(_ lines: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
        guard let first = shown.first else { return lines.isEmpty }
        guard first == "…" else {
            return lines.first == first && matches(lines.dropFirst(), shown.dropFirst())
        }
        return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], shown.dropFirst()) }
    }
}
