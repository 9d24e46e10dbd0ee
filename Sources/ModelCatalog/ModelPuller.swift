public import Foundation
import Hashing

/// Brings a model onto this machine: from a hub, or from a folder that already holds its files.
///
/// Files are gathered in a staging folder, hashed, and renamed together: the model's folder exists only when it is
/// complete and right. Where the list does not know the hash of a file, the hub's own is taken: it names the
/// SHA-256 of each large file. What came is recorded (``ModelManifest``), so that later changes are found.
public struct ModelPuller: Sendable {
    /// How far a pull has come.
    public struct Progress: Sendable {
        /// The file that is being fetched.
        public let file: String
        /// Bytes of this file so far.
        public let byteCount: Int
        /// Bytes of this file, where the server says.
        public let total: Int?
    }

    public let catalog: ModelCatalog
    let policy: DownloadPolicy

    public init(catalog: ModelCatalog, policy: DownloadPolicy = DownloadPolicy()) {
        self.catalog = catalog
        self.policy = policy
    }

    /// Fetches a listed model from a hub, or from the place on the web that the list names where no hub has it. What an earlier attempt fetched is not fetched again.
    ///
    /// - Throws: ``ModelCatalogError``, ``DownloadError``, or `CancellationError`. The bytes so far stay in the staging
    ///   folder for the next attempt, except those of a file with a wrong hash.
    public func pull(
        _ name: String, from endpoint: HubEndpoint, progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> ModelManifest {
        guard let entry = catalog.list[name] else {
            throw ModelCatalogError.unknown(name: name, known: catalog.list.models.map(\.name))
        }
        guard let origin = try Origin(entry, hub: endpoint) else {
            if entry.isBundled { throw ModelCatalogError.comesAlong(name: name) }
            throw ModelCatalogError.noHub(name: name, package: entry.package.map { "\($0.name) \($0.version)" })
        }
        let staging = StagingArea(catalog: catalog, name: name)
        let lock = try staging.lock()
        defer { lock.release() }
        try makeFolder(staging.folder)
        defer { staging.tidy() }

        let client = HTTPClient(timeout: policy.timeout)
        var commit: String?
        var files: [ModelManifest.File] = []
        var partials: [PartialFile] = []
        for file in origin.files {
            // All files come from one commit, even if the branch moves meanwhile.
            let address = origin.address(of: file.path, commit: commit)
            let partial = try PartialFile(at: staging.folder.appendingPathComponent(file.path + ".part"))
            let download = FileDownload(
                client: client, endpoint: origin.endpoint, address: address, partial: partial, policy: policy,
                expectedByteCount: file.byteCount
            ) { progress(Progress(file: file.path, byteCount: $0, total: $1)) }
            let identity = try await download.run()
            commit = commit ?? identity.commit
            let expected = ModelFile(
                path: file.path + ".part", byteCount: file.byteCount, hash: file.hash ?? identity.hash)
            let found: ModelManifest.File
            do {
                found = try check(expected, in: staging.folder)
            } catch {
                partial.discard()
                throw error
            }
            files.append(.init(path: file.path, byteCount: found.byteCount, hash: found.hash))
            partials.append(partial)
        }
        for (file, partial) in zip(files, partials) {
            try partial.publish(as: staging.folder.appendingPathComponent(file.path))
        }
        return try publish(ModelManifest(name: name, source: origin.name(commit: commit), files: files), staging)
    }

    /// Where the files of a model are fetched from.
    private enum Origin {
        case hub(HubRepository, HubEndpoint)
        /// Nobody has an account there: no token is sent.
        case web(WebFolder, HubEndpoint)

        /// Nil where the model comes by other ways only.
        init?(_ entry: ModelEntry, hub: HubEndpoint) throws(DownloadError) {
            if let repository = entry.hub {
                self = .hub(repository, hub)
            } else if let folder = entry.web {
                self = .web(folder, try HubEndpoint(address: folder.address))
            } else {
                return nil
            }
        }

        var endpoint: HubEndpoint {
            switch self {
            case .hub(_, let endpoint), .web(_, let endpoint): endpoint
            }
        }

        var files: [ModelFile] {
            switch self {
            case .hub(let repository, _): repository.files
            case .web(let folder, _): folder.files
            }
        }

        func address(of path: String, commit: String?) -> URL {
            switch self {
            case .hub(let repository, let endpoint):
                endpoint.address(of: path, in: repository.identifier, revision: commit ?? repository.revision)
            case .web(_, let endpoint): endpoint.address(below: path)
            }
        }

        func name(commit: String?) -> String {
            switch self {
            case .hub(let repository, let endpoint):
                "\(repository.identifier) at \(commit ?? repository.revision), from \(endpoint.address.withoutQuery)"
            case .web(let folder, _): folder.address
            }
        }
    }

    /// Takes a listed model from a folder that holds the files of one of its sources; the folder is left as it is.
    public func adopt(_ name: String, from folder: URL) throws(ModelCatalogError) -> ModelManifest {
        guard let entry = catalog.list[name] else {
            throw .unknown(name: name, known: catalog.list.models.map(\.name))
        }
        let staging = StagingArea(catalog: catalog, name: name)
        let lock = try staging.lock()
        defer { lock.release() }
        var problems: [String] = []
        let sources = entry.sources.filter { $0 != .bundled }
        if sources.isEmpty { throw .comesAlong(name: name) }
        for source in sources {
            do {
                let files = try source.files.map { file throws(ModelCatalogError) in try check(file, in: folder) }
                try staging.clear()
                for file in files { try copy(file.path, from: folder, to: staging.folder) }
                // Hashed again, because the copy is what will be used.
                for file in files {
                    _ = try check(
                        ModelFile(path: file.path, byteCount: file.byteCount, hash: file.hash), in: staging.folder)
                }
                return try publish(
                    ModelManifest(name: name, source: source.description, files: files), staging)
            } catch let error where error.isAboutContents {
                problems.append(error.description)
            }
        }
        throw .fitsNoSource(name: name, folder: folder.path, problems: problems)
    }

    private func publish(_ manifest: ModelManifest, _ staging: StagingArea) throws(ModelCatalogError) -> ModelManifest {
        try manifest.write(to: staging.folder)
        try staging.publish()
        return manifest
    }

    private func copy(_ path: String, from source: URL, to target: URL) throws(ModelCatalogError) {
        let destination = target.appendingPathComponent(path)
        try makeFolder(destination.deletingLastPathComponent())
        do {
            let origin = source.appendingPathComponent(path).resolvingSymlinksInPath()
            try FileManager.default.copyItem(at: origin, to: destination)
        } catch {
            throw .fileSystem(action: "copy \(path) to", path: target.path, reason: reason(of: error))
        }
    }
}

extension ModelSource: CustomStringConvertible {
    public var description: String {
        switch self {
        case .hub(let repository): "\(repository.identifier) at \(repository.revision)"
        case .package(let package): "the Python package \(package.name) \(package.version)"
        case .web(let folder): "the web: \(folder.address)"
        case .bundled: "this project itself: it comes with the programs"
        }
    }
}

extension ModelCatalogError {
    /// Whether a folder has the wrong files, as against files that cannot be read or written.
    fileprivate var isAboutContents: Bool {
        switch self {
        case .missingFile, .wrongSize, .wrongHash: true
        default: false
        }
    }
}
