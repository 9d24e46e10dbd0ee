public import Foundation

/// The working tree that the tests were built from.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file by its path from the root.
    public static func file(_ path: String) -> URL { root.appendingPathComponent(path) }
}
