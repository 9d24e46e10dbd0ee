import ArgumentParser
import CommandLineKit
import Foundation
import TextModels
import Tokenizers

/// `text tokenize decode`: the text of ids.
struct TokenizeDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Show the text of tokens.",
        discussion: """
            The ids stand on the command line, or on standard input between white space or commas ('-'). No line end is \
            added to the text.

            Examples:
              text tokenize decode 7454 2402 257 640
              text tokenize encode "to and fro" | text tokenize decode -
            """)

    @Argument(help: ArgumentHelp("Ids of tokens, or '-'.", valueName: "id"))
    var ids: [String]
    @Flag(help: "Leave out control tokens.")
    var skipSpecial = false
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        let tokenizer = try loadTokenizer(at: modelOptions.writingFolder())
        try await runInterruptibly(
            on: console,
            work: { [ids, skipSpecial] in
                let text = ids == ["-"] ? try await TextSource.standardInput.read() : ids.joined(separator: " ")
                let numbers = try Self.numbers(in: text, below: tokenizer.vocabularySize)
                try console.write(tokenizer.decode(numbers, skippingSpecial: skipSpecial))
            })
    }

    private static func numbers(in text: String, below limit: Int) throws -> [Int] {
        try text.split { $0.isWhitespace || $0 == "," }.map { word in
            guard let id = Int(word), (0..<limit).contains(id) else {
                throw TokenNumberError(word: String(word.prefix(40)), limit: limit)
            }
            return id
        }
    }
}

/// A word that is the number of no token.
struct TokenNumberError: Error, Equatable, CustomStringConvertible {
    let word: String
    let limit: Int

    var description: String { "\"\(word)\" is no token of this tokenizer; they are numbered 0 to \(limit - 1)" }
}
