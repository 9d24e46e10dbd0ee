import ArgumentParser

/// `text tokenize`: tokenizers by themselves.
struct Tokenize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a tokenizer; turn text into tokens and back.",
        subcommands: [TokenizeTrain.self, TokenizeEncode.self, TokenizeDecode.self])
}
