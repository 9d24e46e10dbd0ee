public import Foundation

/// Models that come with the programs: folders `Assets/Models/NAME` of the repository, or `share/triptych/Models/NAME`
/// where the programs are installed.
public struct BundledModels: Sendable {
    /// The program whose neighbourhood is searched.
    public let program: URL

    /// - Parameter program: this one where nil.
    public init(program: URL? = nil) {
        self.program = program ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    }

    /// The folder of the model called `name`; nil where none comes with the program.
    public func folder(of name: String) -> URL? {
        guard isPlainName(name) else { return nil }
        return folders.map { $0.appendingPathComponent(name, isDirectory: true) }.first(where: Self.isFolder)
    }

    /// The names of all models that come with the program, in alphabetical order.
    public func names() -> [String] {
        // A folder that is not there holds none.
        let names = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0.path)) ?? [] }
        return Set(names).filter { folder(of: $0) != nil }.sorted()
    }

    /// Beside the program, and in the folders above it: a build lies up to four levels below the repository.
    private var folders: [URL] {
        var folder = program.deletingLastPathComponent()
        var folders: [URL] = []
        for _ in 0...4 {
            folders.append(folder.appendingPathComponent("Assets/Models", isDirectory: true))
            folders.append(folder.appendingPathComponent("share/triptych/Models", isDirectory: true))
            guard folder.path != "/" else { break }
            folder.deleteLastPathComponent()
        }
        return folders
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
