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

    /// From a pipe Ctrl-C stops the answer and leaves; what was written until then is in the history.
    @Test func anAnswerCanBeStopped() throws {
        let folder = try TemporaryFolder()
        let history = folder.url.appendingPathComponent("history.jsonl")
        // Waits for a second message that never comes, or is at work on the first one: both can be stopped.
        let input = Pipe()
        let process = try start(
            ["chat", "--chat-template", "plain", "--max-tokens", "4", "--history", history.path], input: input)
        defer { kill(process.processIdentifier, SIGKILL) }
        try input.fileHandleForWriting.write(contentsOf: Data("Hello\n".utf8))
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: history.path), ContinuousClock.now < deadline { usleep(20_000) }
        while process.isRunning, ContinuousClock.now < deadline {
            kill(process.processIdentifier, SIGINT)
            usleep(200_000)
        }
        try #require(!process.isRunning)
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        let lines = try String(contentsOf: history, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && lines[1].contains("assistant"))
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
