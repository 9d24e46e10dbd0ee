#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Seconds on a clock of the system.
func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Runs the contestants in turn (A B A B …), `rounds` times each, and returns the median seconds per call of each.
///
/// With one thread the clock is the thread's CPU time, which other programs on the machine disturb little; with several
/// it is wall time. A round repeats the call until it lasts about 20 ms.
func medians(rounds: Int, threads: Int, _ contestants: [() -> Void]) -> [Double] {
    let clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC
    let repetitions = contestants.map { body in
        body()
        let start = seconds(clock)
        body()
        return max(1, Int(0.02 / max(seconds(clock) - start, 1e-7)))
    }
    var times = contestants.map { _ in [Double]() }
    for _ in 0..<rounds {
        for (index, body) in contestants.enumerated() {
            let start = seconds(clock)
            for _ in 0..<repetitions[index] { body() }
            times[index].append((seconds(clock) - start) / Double(repetitions[index]))
        }
    }
    return times.map { $0.sorted()[$0.count / 2] }
}
