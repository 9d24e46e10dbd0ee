public import Foundation
import Synchronization

/// One run of a program of this package, as a user would see it: standard output, standard error, exit status.
public struct ProgramRun: Sendable {
    public let output: String
    public let errors: String
    /// 128 plus its number where a signal ended the program, as a shell tells it.
    public let status: Int32

    /// Runs the program called `name`, as it was built beside these tests. Parameters as for any program.
    public init(
        _ name: String, _ arguments: [String], environment: [String: String?] = [:], input: Data? = nil,
        in folder: URL? = nil, timeLimit: Double = 120
    ) throws {
        try self.init(
            Self.program(name), arguments, environment: environment, input: input, in: folder, timeLimit: timeLimit)
    }

    /// Runs any program.
    ///
    /// - Parameters:
    ///   - environment: set beside the variables of the tests themselves; nil removes one.
    ///   - input: standard input; none where nil.
    ///   - folder: the working folder; that of the tests where nil.
    ///   - timeLimit: seconds after which the program is killed.
    public init(
        _ program: URL, _ arguments: [String], environment: [String: String?] = [:], input: Data? = nil,
        in folder: URL? = nil, timeLimit: Double = 120
    ) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = folder }
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        process.environment = variables

        // Files and not pipes: nobody has to read them while the program runs.
        let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: temporary) }
        func file(_ name: String, _ contents: Data = Data()) throws -> FileHandle {
            let url = temporary.appendingPathComponent(name)
            try contents.write(to: url)
            return try FileHandle(forUpdating: url)
        }
        let output = try file("output")
        let errors = try file("errors")
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = try input.map { try file("input", $0) } ?? FileHandle.nullDevice

        try process.run()
        let deadline = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + timeLimit, execute: deadline)
        process.waitUntilExit()
        deadline.cancel()
        try output.seek(toOffset: 0)
        try errors.seek(toOffset: 0)
        self.output = String(decoding: try output.readToEnd() ?? Data(), as: UTF8.self)
        self.errors = String(decoding: try errors.readToEnd() ?? Data(), as: UTF8.self)
        status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Where a program of this package is: beside the program that runs the tests.
    public static func program(_ name: String) -> URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name)
    }
}
