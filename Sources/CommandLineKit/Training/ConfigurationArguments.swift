public import ArgumentParser
import Foundation
import Training

/// A configuration file that cannot be followed.
public struct ConfigurationFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "\(path): \(reason)" }
}

/// Options of a file as arguments of the command line, so that one parser judges both.
public enum ConfigurationArguments {
    private struct Run: Decodable { let options: [String: OptionValue] }

    /// `command` parsed again with the options of its configuration file, or of the run that it resumes, before its own.
    ///
    /// - Parameter given: the arguments after the verb, where they are not those of the process.
    public static func completed<Command: ParsableCommand>(
        _ command: Command, _ options: TrainingOptions, given: [String]? = nil
    ) throws -> Command {
        let given = given ?? Array(CommandLine.arguments.drop { $0 != Command._commandName }.dropFirst())
        let path: String
        if let run = options.resume {
            path = run + "/run.json"
            guard FileManager.default.fileExists(atPath: path) else { throw TrainingError.notARun(path: run) }
        } else if let file = options.config {
            path = file
        } else {
            return command
        }
        do {
            return try Command.parse(arguments(fromFile: path, followedBy: given))
        } catch  where Command.exitCode(for: error) == .validationFailure {
            throw ConfigurationFileError(path: path, reason: Command.message(for: error))
        }
    }

    /// The arguments that stand for the options in a JSON file, `{"batch-size": 16}` or a run's `run.json`, followed by
    /// `given`. An option that is given on the command line is left out of the file's.
    public static func arguments(fromFile path: String, followedBy given: [String]) throws -> [String] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ConfigurationFileError(path: path, reason: "cannot be read; check the path")
        }
        let decoder = JSONDecoder()
        if let run = try? decoder.decode(Run.self, from: data) {
            return arguments(run.options, followedBy: given)
        }
        do {
            return arguments(try decoder.decode([String: OptionValue].self, from: data), followedBy: given)
        } catch {
            throw ConfigurationFileError(
                path: path,
                reason:
                    "is not a JSON object of options; expected names without dashes before them, and numbers, texts, "
                    + "true or false, or lists of texts")
        }
    }

    static func arguments(_ options: [String: OptionValue], followedBy given: [String]) -> [String] {
        let names = Set(
            given.filter { $0.hasPrefix("--") }.map { $0.dropFirst(2).prefix { $0 != "=" } }.map(String.init))
        let limits: Set = ["max-steps", "epochs", "max-time"]
        let arguments = options.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
            // One limit replaces the others: a file's number of passes must not cut a longer run short.
            if names.contains(name) || limits.contains(name) && !limits.isDisjoint(with: names) { return [] }
            switch value {
            case .flag(let flag): return flag ? ["--\(name)"] : []
            case .list(let list): return list.map { "--\(name)=\($0)" }
            case .integer, .number, .text: return ["--\(name)=\(value)"]
            }
        }
        return arguments + given
    }
}
