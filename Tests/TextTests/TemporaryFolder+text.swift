import Foundation
import TestKit

extension TemporaryFolder {
    /// Everything that a language model has, very small, with random weights: what it writes means nothing, but how the
    /// program behaves can be tried without a real one.
    static let randomModel = Repository.file("Tests/Fixtures/llama/tiny-text")

    /// Copies a model of random weights, without `absent`.
    func addModel(_ name: String, without absent: [String] = []) throws {
        let target = url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: Self.randomModel, to: target)
        for file in absent { try FileManager.default.removeItem(at: target.appendingPathComponent(file)) }
    }

    /// Runs `text` here with a model of random weights.
    func text(_ verb: String, _ arguments: String..., input: String? = nil) throws -> ProgramRun {
        try ProgramRun(
            "text", [verb, "--model", Self.randomModel.path] + arguments, input: input.map { Data($0.utf8) }, in: url)
    }

    /// Begins a run and goes on with it, `times` in all, and kills the program each time after as many seconds as chance
    /// has it.
    ///
    /// - Returns: how often it was still running.
    func train(
        _ arguments: [String], in run: String, threads: Int, killedWithin seconds: ClosedRange<Double>, times: Int
    ) throws -> Int {
        var kills = 0
        for _ in 0..<times {
            let process = Process()
            process.executableURL = ProgramRun.program("text")
            process.currentDirectoryURL = url
            process.standardError = FileHandle.nullDevice
            process.arguments =
                (exists("\(run)/run.json") ? ["train", "--resume", run] : arguments + ["--output", run])
                + ["--threads", "\(threads)"]
            try process.run()
            usleep(UInt32(1e6 * Double.random(in: seconds)))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
        }
        return kills
    }
}

extension ProgramRun {
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
