import Foundation
import JSON

/// A question with answers to choose from.
public struct MultipleChoiceQuestion: Sendable, Equatable {
    public var prompt: String
    /// Each as it is to follow the prompt, a space between them included.
    public var choices: [String]
    /// The index of the right one.
    public var answer: Int

    public init(prompt: String, choices: [String], answer: Int) {
        self.prompt = prompt
        self.choices = choices
        self.answer = answer
    }
}

/// Questions as JSON Lines: objects with the string `prompt`, the list of strings `choices`, and `answer`, the index of the
/// right choice counted from 0. Other keys are ignored.
public struct MultipleChoiceManifest: Sendable {
    /// The file that was read.
    public let path: String
    /// In the order of the file, each with its line; a faulty line is an error of its own.
    public let questions: [Result<(line: Int, question: MultipleChoiceQuestion), ManifestError>]

    /// - Throws: an error only where nothing can be read at all, or nothing is listed.
    public init(path: String) throws(ManifestError) {
        self.path = path
        let text = try ManifestText(path: path)
        guard !text.lines.isEmpty else { throw ManifestError(path: path, .emptyQuestions) }
        questions = text.lines.map { line in
            Result { () throws(ManifestError) in (line.number, try Self.question(line, path)) }
        }
    }

    private static func question(
        _ line: ManifestText.Line, _ path: String
    ) throws(ManifestError) -> MultipleChoiceQuestion {
        func fault(_ reason: ManifestError.Reason) -> ManifestError {
            ManifestError(path: path, line: line.number, reason)
        }
        let (prompt, choices, answer): (String?, [String]?, Int?)
        do {
            (prompt, choices, answer) = try JSONReader.read(Array(line.text.utf8)) { reader in
                var (prompt, choices, answer): (String?, [String]?, Int?)
                func once(_ isFirst: Bool, _ key: String, _ reader: JSONReader) throws(JSONError) {
                    guard isFirst else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                }
                try reader.readObject { key, reader in
                    switch key {
                    case "prompt":
                        try once(prompt == nil, key, reader)
                        prompt = try reader.readString()
                    case "choices":
                        try once(choices == nil, key, reader)
                        var list: [String] = []
                        try reader.readArray { reader in list.append(try reader.readString()) }
                        choices = list
                    case "answer":
                        try once(answer == nil, key, reader)
                        answer = try reader.readInteger()
                    default: try reader.skipValue()
                    }
                }
                return (prompt, choices, answer)
            }
        } catch let error as JSONError {
            throw fault(.json(error))
        } catch {
            preconditionFailure("the reader throws JSONError only, not \(error)")
        }
        guard let prompt else { throw fault(.missingKey("prompt")) }
        guard let choices else { throw fault(.missingKey("choices")) }
        guard let answer else { throw fault(.missingKey("answer")) }
        guard choices.count >= 2, choices.indices.contains(answer), !choices.contains("") else {
            throw fault(.choices(count: choices.count, answer: answer))
        }
        return MultipleChoiceQuestion(prompt: prompt, choices: choices, answer: answer)
    }
}
