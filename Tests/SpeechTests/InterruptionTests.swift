import Foundation
import TestKit
import Testing

/// Ctrl-C, and readers that go away.
@Suite struct InterruptionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(SoundFile.tone(seconds: 0.5), to: "first.wav")
    }

    private func start(_ arguments: [String], output: Pipe = Pipe(), errors: Pipe = Pipe()) throws -> Process {
        let process = Process()
        process.executableURL = ProgramRun.program("speech")
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return process
    }

    /// Waits for what takes a moment; a minute is for machines that are busy.
    private func wait(for condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(ContinuousClock.now < deadline)
            usleep(20_000)
        }
    }

    /// The second input is a pipe that nobody writes: the program hangs there until it is stopped.
    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func finishedOutputsStayWhole(signal: Int32, status: Int32) throws {
        try #require(mkfifo(folder.url.appendingPathComponent("stuck.wav").path, 0o600) == 0)
        let errors = Pipe()
        let process = try start(
            [
                "transcribe", "first.wav", "stuck.wav", "first.wav", "--output", "out", "--format", "json", "--model",
                TemporaryFolder.randomModel.path,
            ], errors: errors)
        defer { kill(process.processIdentifier, SIGKILL) }
        try wait { folder.exists("out/first.json") }
        kill(process.processIdentifier, signal)
        let start = ContinuousClock.now
        try wait { !process.isRunning }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == status)
        let json = try JSONSerialization.jsonObject(with: Data(try folder.contents(of: "out/first.json").utf8))
        #expect(json is [String: Any])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.appendingPathComponent("out").path)
                == ["first.json"])
    }

    @Test func aReaderThatLeavesIsNoError() throws {
        let output = Pipe()
        try output.fileHandleForReading.close()
        let errors = Pipe()
        let process = try start(
            ["inspect", TemporaryFolder.randomModel.path, "--tensors"], output: output, errors: errors)
        try errors.fileHandleForWriting.close()
        let message = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: message, as: UTF8.self) == "")
        // As every program of a pipe: ended by SIGPIPE, or by the status that a shell makes of it.
        let status = process.terminationStatus
        #expect(process.terminationReason == .exit ? status == 141 : status == SIGPIPE)
    }
}
