import CKernels

/// An instruction set that the numeric kernels are compiled for.
///
/// The best supported level is used unless the environment variable `TRIPTYCH_KERNELS` names another one.
public enum KernelLevel: String, CaseIterable, Sendable, Comparable {
    /// Vectors of four floats that every processor of the architecture has.
    case portable
    case neon
    /// AVX2 with FMA and F16C.
    case avx2
    /// AVX-512 F, BW, DQ and VL.
    case avx512
    /// These with VNNI: sums of four products of bytes.
    case avx512vnni

    /// The level that the next kernel called on this thread uses.
    public static var current: KernelLevel {
        let forced = kernels_forced_level()
        return forced < 0 ? startLevel : allCases[Int(forced)]
    }

    /// The levels that this processor and this build have, slowest first.
    public static let supported: [KernelLevel] = allCases.filter { kernels_table_for_level($0.number) != nil }

    /// Why `TRIPTYCH_KERNELS` was not followed, for the program to report.
    public static var environmentError: KernelEnvironmentError? { start.error }

    /// Runs `body` with every kernel called on this thread at `level`; other threads keep theirs. For tests.
    public static func force<Result, Failure: Error>(
        _ level: KernelLevel, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(supported.contains(level), "\(level) kernels are not supported on this processor")
        let outer = kernels_forced_level()
        kernels_set_forced_level(level.number)
        defer { kernels_set_forced_level(outer) }
        return try body()
    }

    public static func < (left: KernelLevel, right: KernelLevel) -> Bool { left.number < right.number }

    /// The level's number in C.
    var number: Int32 {
        switch self {
        case .portable: 0
        case .neon: 1
        case .avx2: 2
        case .avx512: 3
        case .avx512vnni: 4
        }
    }

    private static var startLevel: KernelLevel { start.level }

    private static let start: (level: KernelLevel, error: KernelEnvironmentError?) = {
        // `portable` is supported everywhere.
        let best = supported.last ?? .portable
        guard let value = environmentValue("TRIPTYCH_KERNELS") else { return (best, nil) }
        if let level = KernelLevel(rawValue: value), supported.contains(level) { return (level, nil) }
        return (best, .unsupportedLevel(value: value, supported: supported))
    }()
}

/// The functions of a level. An operation reads it once, on the caller's thread, and hands it to its chunks.
enum KernelTable {
    static var current: UnsafePointer<kernels_table> {
        guard let table = kernels_table_for_level(KernelLevel.current.number) else {
            preconditionFailure("the current level is always a supported one")
        }
        return table
    }
}
