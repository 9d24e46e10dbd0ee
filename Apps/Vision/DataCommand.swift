import ArgumentParser

/// `vision data`: pictures made ready to learn from.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Make pictures ready to learn from.",
        subcommands: [DataCheck.self, DataConvert.self, DataCrop.self])
}
