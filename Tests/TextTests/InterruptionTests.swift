import Foundation
import TestKit
import Testing

/// Ctrl-C, and readers that go away.
@Suite struct InterruptionTests {
    private func start(_ arguments: [String], input: Pipe = Pipe(), output: Pipe = Pipe()) throws -> Process {
        let process = Process()
        process.executableURL = ProgramRun.program("text")
        process.arguments = arguments + ["--model", TemporaryFolder.randomModel.path]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        return process
    }

    /// The prompt never comes, since the pipe stays open: the program hangs there until it is stopped.
    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func waitingForAPromptCanBeStopped(signal: Int32, status: Int32) throws {
        let input = Pipe()
        let process = try start(["generate", "-"], input: input)
        defer { kill(process.processIdentifier, SIGKILL) }
        let deadline = ContinuousClock.now + .seconds(60)
        while try !catchesInterrupts(process), ContinuousClock.now < deadline { usleep(20_000) }
        // Until the source of signals works there may be a moment in which one is lost.
        while process.isRunning, ContinuousClock.now < deadline {
            kill(process.processIdentifier, signal)
            usleep(200_000)
        }
        try #require(!process.isRunning)
        #expect(process.terminationReason == .exit && process.terminationStatus == status)
        withExtendedLifetime(input) {}
    }

    /// Whether the process has a handler of SIGINT (the mask of caught signals in /proc).
    private func catchesInterrupts(_ process: Process) throws -> Bool {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
        return mask & 1 << UInt64(SIGINT - 1) != 0
    }

    @Test func aReaderThatLeavesIsNoError() throws {
        let output = Pipe()
        try output.fileHandleForReading.close()
        let process = try start(["generate", "The", "--max-tokens", "50"], output: output)
        process.waitUntilExit()
        let status = process.terminationStatus
        #expect(process.terminationReason == .exit ? status == 141 : status == SIGPIPE)
    }
}
