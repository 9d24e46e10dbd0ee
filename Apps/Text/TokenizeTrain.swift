import ArgumentParser
import CommandLineKit
import Datasets
import Foundation
import Tokenizers

/// `text tokenize train`: texts in, a `tokenizer.json` out.
struct TokenizeTrain: AsyncParsableCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable { case bpe, characters, bytes }

    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Learn a tokenizer from texts.",
        discussion: """
            DATA are text files, JSON Lines (.jsonl) with the text in a field, and folders of these. The result, \
            tokenizer.json with tokenizer_config.json beside it, is read by Hugging Face's libraries too. The same texts \
            give the same tokenizer, whatever their order.

            Examples:
              text tokenize train books/ --output my-tokenizer
              text tokenize train stories.jsonl --field story --output my-tokenizer
            """)

    @Argument(help: ArgumentHelp("Texts: files, .jsonl files, folders.", valueName: "data"))
    var data: [String]
    @Option(name: .shortAndLong, help: ArgumentHelp("Write the tokenizer into this folder.", valueName: "folder"))
    var output: String
    @Flag(help: "Replace a tokenizer that is in the folder already.")
    var force = false
    @Option(
        help: ArgumentHelp(
            "What tokens are: bytes joined by frequency, single characters, or the 256 bytes.",
            valueName: "kind"))
    var kind = Kind.bpe
    @Option(
        help: ArgumentHelp(
            "Tokens in all: at most so many for 'bpe' (default: 4096); for 'characters' the most frequent (default: all).",
            valueName: "count"))
    var vocabularySize: Int?
    @Option(help: ArgumentHelp("Pairs that occur less often become no token.", valueName: "count"))
    var minimumCount = 2
    @Option(
        help: ArgumentHelp(
            "A token of its own that no text is cut into. Repeatable; \(endOfText) is always there.", valueName: "token"
        ))
    var special: [String] = []
    @OptionGroup var corpusOptions: TextCorpusOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
        if minimumCount < 1 {
            throw ValidationError("--minimum-count \(minimumCount) is not possible; give 1 or more.")
        }
        if kind == .bytes, vocabularySize != nil {
            throw ValidationError(
                "--vocabulary-size has no meaning with --kind bytes, which has 256 and the special ones.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        let folder = try TokenizerOutput(folder: output, replaces: force)
        let corpus = try corpusOptions.corpus(data)
        let specialTokens = [endOfText] + special.filter { $0 != endOfText }
        try await runInterruptibly(
            on: console,
            work: { [kind, vocabularySize, minimumCount] in
                let trained = try await runOnThread { isCancelled in
                    let training = TokenizerTraining(corpus: corpus, console: console)
                    return switch kind {
                    case .bytes: try TrainedTokenizer.bytes(specialTokens: specialTokens)
                    case .characters:
                        try training.characters(
                            vocabularySize: vocabularySize, specialTokens: specialTokens, isCancelled: isCancelled)
                    case .bpe:
                        try training.pairs(
                            vocabularySize: vocabularySize ?? 4096, specialTokens: specialTokens,
                            minimumCount: minimumCount, isCancelled: isCancelled)
                    }
                }
                try folder.write(trained)
                console.note("\(trained.vocabularySize) tokens written to \(folder.path)")
            })
    }
}

/// `--field` and `--skip-bad`: how texts are read.
struct TextCorpusOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the text stands in a row of JSON Lines.", valueName: "name"))
    var field = "text"
    @Option(
        help: ArgumentHelp("Leave out up to so many rows that cannot be read, instead of stopping.", valueName: "count")
    )
    var skipBad = 0

    func validate() throws {
        if skipBad < 0 { throw ValidationError("--skip-bad \(skipBad) is not possible; give 0 or more.") }
    }

    func corpus(_ paths: [String]) throws -> TextCorpus {
        try TextCorpus(paths: paths, field: field, skippingBadRows: skipBad)
    }
}
