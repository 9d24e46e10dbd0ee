import Foundation
import Hashing

extension RunDescription.DataFile {
    /// A file as it is now.
    public init(hashing path: String) throws {
        self.init(
            path: path, byteCount: try Self.byteCount(of: path),
            sha256: try SHA256.hash(contentsOfFile: path).hexadecimal)
    }

    public static func byteCount(of path: String) throws -> Int {
        try URL(fileURLWithPath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
