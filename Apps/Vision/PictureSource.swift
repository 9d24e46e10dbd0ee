import CommandLineKit
import Foundation
import Images

/// Where a picture comes from.
struct PictureSource: Sendable {
    let input: Input

    /// The picture. To be called on a thread of its own: a pipe may keep its reader waiting.
    func read() throws -> Bitmap {
        let reader = ImageReader()
        switch input.source {
        case .file(let path): return try reader.read(path)
        case .standardInput:
            var bytes = Data()
            while let part = try FileHandle.standardInput.read(upToCount: 1 << 20), !part.isEmpty {
                bytes.append(part)
                // One byte too many is enough for the reader to refuse.
                if bytes.count > reader.limits.fileSize { break }
            }
            return try reader.decode(Array(bytes), source: input.displayName)
        }
    }
}

extension FileListOptions {
    /// The pictures that arguments and a list name.
    func pictures(after arguments: [String]) throws -> InputList {
        let expanded = InputExpander(extensions: ImageFormat.allEndings)
            .expand(try self.arguments(after: arguments))
        return list == nil ? expanded : InputList(items: expanded.items, isSingle: false)
    }
}
