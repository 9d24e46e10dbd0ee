#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An environment variable that the kernels could not follow; they run with their default instead.
public enum KernelEnvironmentError: Error, Sendable, Equatable, CustomStringConvertible {
    case unsupportedLevel(value: String, supported: [KernelLevel])
    case invalidThreadCount(value: String)

    public var description: String {
        switch self {
        case .unsupportedLevel(let value, let supported):
            let names = supported.map(\.rawValue).joined(separator: ", ")
            return "TRIPTYCH_KERNELS=\(value): this processor supports \(names); unset it or choose one of them"
        case .invalidThreadCount(let value):
            return "TRIPTYCH_THREADS=\(value): expected a whole number from 1 to 256"
        }
    }
}

func environmentValue(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}
