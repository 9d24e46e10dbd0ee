import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension TemporaryFolder {
    /// Begins a run of a program and goes on with it, `times` in all, and kills the program each time at a moment that chance
    /// has chosen: when so many steps are written down, spread over the run, and a little later.
    ///
    /// - Returns: how often it was still running.
    public func train(
        _ arguments: [String], with program: String = "text", in run: String, threads: Int, steps: Int,
        killed times: Int
    ) throws -> Int {
        let share = max(1, steps / (times + 1))
        var kills = 0
        for time in 0..<times {
            let wanted = time * share + Int.random(in: 1...share)
            let process = Process()
            process.executableURL = ProgramRun.program(program)
            process.currentDirectoryURL = url
            process.standardError = FileHandle.nullDevice
            process.arguments =
                (exists("\(run)/run.json") ? ["train", "--resume", run] : arguments + ["--output", run])
                + ["--threads", "\(threads)"]
            try process.run()
            while process.isRunning, lineCount("\(run)/metrics.jsonl") < wanted { usleep(1000) }
            usleep(UInt32.random(in: 0...5000))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
        }
        return kills
    }

    private func lineCount(_ name: String) -> Int {
        (try? bytes(name).count { $0 == 0x0A }) ?? 0  // the file is not there yet
    }
}
