import Foundation
import Kernels
import Testing

/// Each in a process of its own, because the variables are read once.
@Suite struct EnvironmentTests {
    @Test func aSupportedLevelIsUsed() async {
        await #expect(processExitsWith: .success) {
            setenv("TRIPTYCH_KERNELS", "portable", 1)
            guard KernelLevel.current == .portable, KernelLevel.environmentError == nil else { exit(1) }
        }
    }

    @Test func anUnsupportedLevelIsReported() async {
        await #expect(processExitsWith: .success) {
            setenv("TRIPTYCH_KERNELS", "abacus", 1)
            let expected = KernelEnvironmentError.unsupportedLevel(value: "abacus", supported: KernelLevel.supported)
            guard KernelLevel.environmentError == expected, KernelLevel.current == KernelLevel.supported.last else {
                exit(1)
            }
        }
    }

    @Test func theThreadCountIsUsed() async {
        await #expect(processExitsWith: .success) {
            setenv("TRIPTYCH_THREADS", "3", 1)
            guard Threads.count == 3, Threads.environmentError == nil else { exit(1) }
        }
    }

    @Test(arguments: ["0", "-1", "257", "two", "1.5"])
    func anImpossibleThreadCountIsReported(value: String) async {
        let expected = KernelEnvironmentError.invalidThreadCount(value: value)
        #expect(expected.description.contains("TRIPTYCH_THREADS=\(value)"))
        await #expect(processExitsWith: .success) { [value] in
            setenv("TRIPTYCH_THREADS", value, 1)
            guard Threads.environmentError == .invalidThreadCount(value: value), Threads.count >= 1 else { exit(1) }
        }
    }

    @Test func theErrorNamesWhatIsSupported() {
        let error = KernelEnvironmentError.unsupportedLevel(value: "sse", supported: [.portable, .avx2])
        #expect(
            error.description
                == "TRIPTYCH_KERNELS=sse: this processor supports portable, avx2; unset it or choose one of them")
    }
}
