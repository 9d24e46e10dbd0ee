public import ArgumentParser
import Logging

/// `--quiet` and `--verbose`.
public struct VerbosityOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show errors and results only.")
    public var quiet = false

    @Flag(name: .shortAndLong, help: "Tell what is being done, and how long it took.")
    public var verbose = false

    public init() {}

    public func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other; give one of them.") }
    }

    public var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

    /// The console of a program run with these options; log messages of all modules go to it from now on.
    /// To be called once in a process.
    public func makeConsole(programName: String) -> Console {
        let console = Console(programName: programName, verbosity: verbosity)
        LoggingSystem.bootstrap { _ in ConsoleLogHandler(console: console) }
        return console
    }
}
