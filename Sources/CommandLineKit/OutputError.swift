/// Why a result cannot be delivered.
public enum OutputError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotWrite(path: String, SystemError)
    case cannotCreateFolder(path: String, SystemError)
    /// The output file would be the input itself.
    case wouldReplaceInput(path: String)
    /// Another input of the same batch has this output already.
    case sameOutput(path: String, as: String)
    /// One file was named for the results of several inputs.
    case fileForSeveralInputs(path: String)
    /// Nobody reads standard output any more, as after `| head`: the program ends quietly.
    case readerLeft

    public var description: String {
        switch self {
        case .cannotWrite(let path, let error):
            "cannot write \(path): \(error); choose another place with --output"
        case .cannotCreateFolder(let path, let error):
            "cannot create the output folder \(path): \(error); choose another place with --output"
        case .wouldReplaceInput(let path): "the output \(path) is the input itself; choose another name with --output"
        case .sameOutput(let path, let other):
            "the output \(path) already belongs to \(other); run it apart with another --output"
        case .fileForSeveralInputs(let path):
            "--output \(path) is a file, but there may be several results; name a folder"
        case .readerLeft: "standard output was closed"
        }
    }
}
