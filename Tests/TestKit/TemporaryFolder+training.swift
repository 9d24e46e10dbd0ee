import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension TemporaryFolder {
    /// Begins a run of a program and goes on with it, `times` in all, and kills the program each time after as many seconds
    /// as chance has it.
    ///
    /// - Returns: how often it was still running.
    public func train(
        _ arguments: [String], with program: String = "text", in run: String, threads: Int,
        killedWithin seconds: ClosedRange<Double>, times: Int
    ) throws -> Int {
        var kills = 0
        for _ in 0..<times {
            let process = Process()
            process.executableURL = ProgramRun.program(program)
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
