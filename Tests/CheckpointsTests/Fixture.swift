import Foundation

/// A folder or file made by Tests/Reference/checkpoint_fixtures.py.
func fixture(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/checkpoints/\(name)")
}
