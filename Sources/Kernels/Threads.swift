import CKernels

/// The fork-join pool that every kernel splits its work over.
///
/// Chunk borders depend on the shape of the work alone, so results do not depend on the number of threads.
public enum Threads {
    /// Threads that take part in a call, the caller included. At first `TRIPTYCH_THREADS`, or the physical cores that
    /// this process may use (affinity mask and control-group quota).
    public static var count: Int {
        _ = start
        return kernels_thread_count()
    }

    /// Changes `count`; clamped to 1...256.
    public static func setCount(_ count: Int) {
        _ = start
        kernels_set_thread_count(count)
    }

    /// Why `TRIPTYCH_THREADS` was not followed, for the program to report.
    public static var environmentError: KernelEnvironmentError? { start }

    /// Calls `body` once with each of 0..<`chunks`, in any order and on several threads, and returns when all are done.
    ///
    /// Of several callers at once, one gets the helpers and the others work alone; so does a call from inside a body.
    public static func parallelFor(_ chunks: Int, _ body: (Int) -> Void) {
        if chunks <= 1 {
            if chunks == 1 { body(0) }
            return
        }
        _ = start
        // The C side returns only after the last call of the body.
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                kernels_parallel_for(
                    chunks,
                    { context, chunk in
                        // The context is the pointer given below.
                        context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(chunk)
                    }, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
    }

    private static let start: KernelEnvironmentError? = {
        guard let value = environmentValue("TRIPTYCH_THREADS") else { return nil }
        guard let count = Int(value), (1...256).contains(count) else { return .invalidThreadCount(value: value) }
        kernels_set_thread_count(count)
        return nil
    }()

    /// Splits `count` items into chunks of `chunk` and calls `body` with each range.
    static func parallelRanges(_ count: Int, chunk: Int, _ body: (Range<Int>) -> Void) {
        let chunks = (count + chunk - 1) / chunk
        parallelFor(chunks) { index in
            body(index * chunk..<min(count, (index + 1) * chunk))
        }
    }
}
