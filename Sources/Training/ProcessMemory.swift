#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

enum ProcessMemory {
    /// The largest resident set of this process so far, in bytes; 0 where the system does not tell.
    static var peak: Int {
        var usage = rusage()
        // 0 is RUSAGE_SELF, whose type differs between C libraries. Linux counts in kibibytes.
        return getrusage(0, &usage) == 0 ? Int(usage.ru_maxrss) << 10 : 0
    }
}
