import Foundation

/// A file's bytes, in the pieces that a reader asks for.
struct FileChunks {
    let path: String
    private let handle: FileHandle

    init(path: String) throws(TextCorpusError) {
        self.path = path
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw TextCorpusError(path: path, .unreadable(ManifestText.reason(error)))
        }
    }

    /// The next bytes, at most `count`; none at the end.
    func next(_ count: Int) throws(TextCorpusError) -> Data {
        do {
            return try handle.read(upToCount: count) ?? Data()
        } catch {
            throw TextCorpusError(path: path, .unreadable(ManifestText.reason(error)))
        }
    }
}

/// A file line by line, without line ends and byte-order mark.
struct FileLines {
    static let chunkLength = 1 << 20
    /// A longer line is no row of text.
    static let longestLine = 1 << 28

    let path: String

    /// Calls `body` with each line and its number, counted from 1.
    func read(_ body: (_ line: ArraySlice<UInt8>, _ number: Int) throws -> Void) throws {
        let chunks = try FileChunks(path: path)
        var rest: [UInt8] = []
        var number = 1
        while true {
            let chunk = try chunks.next(Self.chunkLength)
            // What is left has no line end: only the new bytes need a look.
            var searched = rest.count
            rest.append(contentsOf: chunk)
            if number == 1, searched == 0, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
            var start = 0
            while let end = rest[max(searched, start)...].firstIndex(of: 0x0A) {
                try body(Self.withoutReturn(rest[start..<end]), number)
                number += 1
                start = end + 1
                searched = start
            }
            rest.removeFirst(start)
            if chunk.isEmpty {
                if !rest.isEmpty { try body(Self.withoutReturn(rest[...]), number) }
                return
            }
            guard rest.count <= Self.longestLine else {
                throw TextCorpusError(
                    path: path, line: number, .unreadable("a line of more than \(Self.longestLine) bytes"))
            }
        }
    }

    private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == 0x0D ? line.dropLast() : line
    }
}
