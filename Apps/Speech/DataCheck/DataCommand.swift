import ArgumentParser

/// `speech data`: recordings made ready to learn from.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Make recordings ready to learn from.", subcommands: [DataCheck.self])
}
