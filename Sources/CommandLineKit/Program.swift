public import ArgumentParser
import Foundation

extension AsyncParsableCommand {
    /// Runs the program whose root command this is, and ends the process.
    ///
    /// Help and usage errors are the parser's (status 0 and 64). A run-time error is one line on standard error and
    /// status 1.
    ///
    /// - Parameter arguments: those of the process where nil.
    public static func runProgram(_ arguments: [String]? = nil) async -> Never {
        // A file that outgrows its limit is an error of that file, not the end of the program.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(withError: nil)
        } catch let error as OutputError where error == .readerLeft {
            Foundation.exit(141)
        } catch let error as ExitCode {
            Foundation.exit(error.rawValue)
        } catch  where exitCode(for: error) == .failure {
            let console = Console(programName: configuration.commandName ?? _commandName)
            console.error(String(describing: error).escapingControlCharacters())
            Foundation.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}

/// Runs the work of a verb so that Ctrl-C stops it, and turns its outcome into the exit status of the program.
///
/// - Throws: the error of `body`, or the `ExitCode` that is not 0.
public func runInterruptibly(
    on console: Console, _ body: @escaping @Sendable () async throws -> BatchReport
) async throws {
    let outcome = await Interruption.run(on: console, body)
    if let status = outcome.exitStatus { throw ExitCode(status) }
    let status = try outcome.result.get().exitStatus
    if status != 0 { throw ExitCode(status) }
}

/// The same for work that has one outcome.
///
/// - Parameter patience: seconds that it has to stop in after Ctrl-C.
public func runInterruptibly(
    on console: Console, patience: Double = 3, work: @escaping @Sendable () async throws -> Void
) async throws {
    let outcome = await Interruption.run(on: console, patience: patience, work)
    if let status = outcome.exitStatus { throw ExitCode(status) }
    try outcome.result.get()
}
