import Checkpoints
import Foundation
import TestKit
import Testing

@Suite struct MappedFileTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("a file's bytes, and they outlive its name") func contents() throws {
        let path = try folder.write([1, 2, 3], to: "a")
        let file = try MappedFile(path: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(Array(file.bytes) == [1, 2, 3])
    }

    @Test("what is not a regular file with content is refused by the name of the rule") func refusals() throws {
        func expect(_ path: String, _ reason: FileError.Reason) {
            #expect(throws: FileError(path: path, reason)) { try MappedFile(path: path) }
        }
        expect(folder.path("none"), .missing)
        expect(folder.url.path, .isFolder)
        expect(try folder.write([], to: "empty"), .empty)
        expect("/dev/null", .notARegularFile)
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        expect(pipe, .notARegularFile)
        let file = try folder.write([1], to: "file")
        expect(file + "/below", .cannotOpen(code: ENOTDIR))
    }
}
