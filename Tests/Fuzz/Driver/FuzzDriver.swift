import CFuzzer
import Foundation

/// What gets the inputs. Unsafe only in name: set once, before libFuzzer starts calling back on the same thread.
nonisolated(unsafe) private var target: ((UnsafeRawBufferPointer) -> Void)?

/// Runs libFuzzer with the command line of this program; `body` gets one input after the other and must not crash.
///
/// It is called from a fuzz program's `main` and never returns.
public func fuzz(_ body: @escaping (UnsafeRawBufferPointer) -> Void) -> Never {
    target = body
    var argumentCount = CommandLine.argc
    // libFuzzer may replace the vector by one of its own, hence the variable.
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&argumentCount, &arguments) { start, count in
        // An empty input comes as a null pointer.
        target?(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        return 0
    }
    exit(status)
}
