import ArgumentParser
import CommandLineKit
import Foundation
import TextModels
import Tokenizers

/// `text tokenize encode`: the ids of a text.
struct TokenizeEncode: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case ids, tokens, json, count }

    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Show the tokens of a text.",
        discussion: """
            TEXT may be '-' for standard input. Special tokens that are written out in the text are found; none are put \
            around it.

            Examples:
              text tokenize encode "Once upon a time" --format tokens
              text tokenize encode --file letter.txt --model my-tokenizer --format count
            """)

    @Argument(help: ArgumentHelp("The text, or '-'.", valueName: "text"))
    var text: String?
    @Option(help: ArgumentHelp("Take the text from this file, as it stands.", valueName: "file"))
    var file: String?
    @OptionGroup var modelOptions: ModelOptions
    @Option(
        help:
            "Form of the result: ids in one line, a token a line with its id, one JSON object, or the number of tokens."
    )
    var format = Format.ids
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if text != nil, file != nil { throw ValidationError("Give a text or --file, not both.") }
        if text == nil, file == nil { throw ValidationError("Give a text, '-' for standard input, or --file.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        let tokenizer = try loadTokenizer(at: modelOptions.writingFolder())
        let source: TextSource = file.map { .file($0) } ?? (text == "-" ? .standardInput : .text(text ?? ""))
        try await runInterruptibly(
            on: console,
            work: { [format] in
                let ids = try tokenizer.encode(await source.read())
                try console.write(Self.text(ids, tokenizer, format))
            })
    }

    private static func text(_ ids: [Int], _ tokenizer: any Tokenizer, _ format: Format) throws -> String {
        switch format {
        case .count: return "\(ids.count)\n"
        case .ids: return ids.map(String.init).joined(separator: " ") + "\n"
        case .tokens:
            return ids.map { "\($0)\t\((tokenizer.text(of: $0) ?? "").debugDescription)\n" }.joined()
        case .json:
            struct Result: Encodable {
                let count: Int
                let ids: [Int]
                let tokens: [String]
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let result = Result(count: ids.count, ids: ids, tokens: ids.map { tokenizer.text(of: $0) ?? "" })
            return String(decoding: try encoder.encode(result), as: UTF8.self) + "\n"
        }
    }
}
