import Foundation
import TestKit

/// A file system in memory that is soon full.
final class SmallFileSystem {
    let path: String
    private let folder: TemporaryFolder

    static let isPossible: Bool = {
        guard geteuid() == 0, let trial = try? SmallFileSystem(kilobytes: 64) else { return false }
        return trial.path != ""
    }()

    init(kilobytes: Int) throws {
        folder = try TemporaryFolder()
        path = folder.path
        let run = try ProgramRun(
            URL(fileURLWithPath: "/bin/mount"),
            ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
        guard run.status == 0 else { throw CocoaError(.fileWriteNoPermission) }
    }

    deinit { _ = try? ProgramRun(URL(fileURLWithPath: "/bin/umount"), ["-l", path]) }

    /// Takes all space but a few bytes.
    func fill() {
        let descriptor = open(path + "/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
    }

    func release() { unlink(path + "/filler") }
}
