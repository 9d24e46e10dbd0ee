/// Where sound comes from.
public enum AudioSource: Sendable, Hashable, CustomStringConvertible {
    case file(String)
    case standardInput

    /// A path, or `-` for standard input, as on a command line.
    public init(argument: String) {
        self = argument == "-" ? .standardInput : .file(argument)
    }

    public var description: String {
        switch self {
        case .file(let path): path
        case .standardInput: "standard input"
        }
    }
}
