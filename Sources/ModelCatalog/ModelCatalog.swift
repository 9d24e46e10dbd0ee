public import Foundation

/// The models on this machine, by name.
///
/// Each has a folder `HOME/models/NAME`, which exists only when it is complete: ``ModelPuller`` gathers files
/// elsewhere and renames. Nothing here uses the network.
public struct ModelCatalog: Sendable {
    public let list: ModelList
    /// Holds one folder per model.
    public let folder: URL
    /// What comes with the programs; a fetched model of the same name goes before it.
    public let bundled: BundledModels

    /// - Parameters:
    ///   - list: the models known by name.
    ///   - home: `TRIPTYCH_HOME`, whose folder `models` holds the models.
    ///   - bundled: models that come with the programs.
    public init(list: ModelList = .bundled, home: URL, bundled: BundledModels = BundledModels()) {
        self.list = list
        self.bundled = bundled
        folder = home.appendingPathComponent("models", isDirectory: true)
    }

    /// The catalog in `${TRIPTYCH_HOME:-~/.cache/triptych}`.
    public init(list: ModelList = .bundled, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let home =
            if let path = environment["TRIPTYCH_HOME"], !path.isEmpty {
                URL(fileURLWithPath: path, isDirectory: true)
            } else {
                FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(
                    ".cache/triptych", isDirectory: true)
            }
        self.init(list: list, home: home)
    }

    /// The folder, or the GGUF file, of the model that `--model` names: a path, which wins where it leads to something; or
    /// the name of a fetched model, or of one that comes with the programs.
    ///
    /// - Throws: ``ModelCatalogError`` that says how to get the model.
    public func locate(_ nameOrPath: String) throws(ModelCatalogError) -> URL {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder) {
            // A GGUF file is a whole model.
            guard isFolder.boolValue || nameOrPath.hasSuffix(".gguf") else { throw .notAFolder(path: nameOrPath) }
            return URL(fileURLWithPath: nameOrPath, isDirectory: isFolder.boolValue)
        }
        guard isPlainName(nameOrPath) else { throw .noSuchFolder(path: nameOrPath) }
        guard isPresent(nameOrPath) else {
            if let folder = bundled.folder(of: nameOrPath) { return folder }
            guard let entry = list[nameOrPath] else {
                throw .unknown(name: nameOrPath, known: list.models.map(\.name))
            }
            if entry.sources == [.bundled] { throw .notBesideProgram(name: nameOrPath) }
            throw .notFetched(name: nameOrPath, folder: folder(of: nameOrPath).path)
        }
        return folder(of: nameOrPath)
    }

    /// ``locate(_:)`` in the default catalog.
    public static func locate(_ nameOrPath: String) throws(ModelCatalogError) -> URL {
        try ModelCatalog().locate(nameOrPath)
    }

    /// Where the model called `name` is, or would be.
    public func folder(of name: String) -> URL { folder.appendingPathComponent(name, isDirectory: true) }

    /// Whether the model called `name` is on this machine.
    public func isPresent(_ name: String) -> Bool {
        var isFolder: ObjCBool = false
        return isPlainName(name)
            && FileManager.default.fileExists(atPath: folder(of: name).path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// The names of all models on this machine, in alphabetical order, whether listed or not.
    public func presentNames() -> [String] {
        // Where the folder is missing there are no models.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter(isPresent).sorted()
    }

    /// Deletes a model, and what a broken pull of it may have left.
    public func remove(_ name: String) throws(ModelCatalogError) {
        guard isPlainName(name) else { throw .unknown(name: name, known: list.models.map(\.name)) }
        let staging = StagingArea(catalog: self, name: name)
        let lock = try staging.lock()
        defer { lock.release() }
        let isStaged = FileManager.default.fileExists(atPath: staging.folder.path)
        guard isPresent(name) || isStaged else { throw .notFetched(name: name, folder: folder(of: name).path) }
        if isStaged { try staging.clear() }
        if isPresent(name) { try removeFolder(folder(of: name)) }
    }
}

/// Deletes a folder and what it holds.
func removeFolder(_ folder: URL) throws(ModelCatalogError) {
    do {
        try FileManager.default.removeItem(at: folder)
    } catch {
        throw .fileSystem(action: "delete", path: folder.path, reason: reason(of: error))
    }
}

/// Makes a folder and those above it.
func makeFolder(_ folder: URL) throws(ModelCatalogError) {
    do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
        throw .fileSystem(action: "make the folder", path: folder.path, reason: reason(of: error))
    }
}

/// The system's own words for a Foundation error, without the path that our errors name already.
func reason(of error: any Error) -> String {
    let error = error as NSError
    if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
        return String(cString: strerror(Int32(underlying.code))).lowercased()
    }
    return error.localizedDescription
}
