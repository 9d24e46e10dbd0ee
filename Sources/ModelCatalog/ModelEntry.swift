public import Hashing

/// One model of the list: what it is and where it can be had.
public struct ModelEntry: Sendable, Hashable {
    /// The name given to `--model`, which is also the name of its folder.
    public let name: String
    /// One phrase for a table.
    public let summary: String
    public let task: ModelTask
    /// An SPDX identifier.
    public let licence: String
    /// Number of weights, to two or three digits.
    public let parameterCount: Int
    /// Any one of them gives the model; the first is tried first.
    public let sources: [ModelSource]

    /// The hub's repository, if a hub has the model.
    public var hub: HubRepository? {
        for source in sources { if case .hub(let repository) = source { return repository } }
        return nil
    }

    /// The place on the web that holds the model's files, if there is one.
    public var web: WebFolder? {
        for source in sources { if case .web(let folder) = source { return folder } }
        return nil
    }

    /// Whether `pull` can fetch it; else it comes by other ways only.
    public var canBePulled: Bool { hub != nil || web != nil }

    /// Whether it comes with the programs.
    public var isBundled: Bool { sources.contains(.bundled) }

    /// The Python package that holds the model, if one does.
    public var package: PythonPackage? {
        for source in sources { if case .package(let package) = source { return package } }
        return nil
    }
}

/// A place that a model can be had from.
public enum ModelSource: Sendable, Hashable {
    case hub(HubRepository)
    case package(PythonPackage)
    case web(WebFolder)
    /// It comes with the programs: ``BundledModels``.
    case bundled

    public var files: [ModelFile] {
        switch self {
        case .hub(let repository): repository.files
        case .package(let package): package.files
        case .web(let folder): folder.files
        case .bundled: []
        }
    }
}

/// A repository of a hub that speaks Hugging Face's protocol.
public struct HubRepository: Sendable, Hashable {
    /// `owner/name`.
    public let identifier: String
    /// A branch, tag or commit.
    public let revision: String
    public let files: [ModelFile]
}

/// Files below an address of the web, as a repository of source code shows them. Their hashes are known: nothing else says
/// what they are.
public struct WebFolder: Sendable, Hashable {
    /// An address of https or http, to which a file's path is added.
    public let address: String
    public let files: [ModelFile]
}

/// A folder inside a Python package, for places that reach a package registry but no hub.
public struct PythonPackage: Sendable, Hashable {
    public let name: String
    public let version: String
    /// Path of the model's folder inside the package.
    public let folder: String
    public let files: [ModelFile]
}

/// A file of a model.
public struct ModelFile: Sendable, Hashable {
    /// Path relative to the model's folder.
    public let path: String
    /// Bytes; nil where the list does not know.
    public let byteCount: Int?
    /// nil where the list does not know: then the hub's own word is taken, see ``ModelPuller``.
    public let hash: SHA256Digest?
}

extension [ModelFile] {
    /// Bytes of all files, nil unless all are known.
    public var totalByteCount: Int? {
        reduce(into: Int?.some(0)) { sum, file in
            sum = sum.flatMap { sum in file.byteCount.map { sum + $0 } }
        }
    }
}
