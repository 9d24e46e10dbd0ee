import Foundation

/// Where text goes: a file descriptor, or a list in a test.
public protocol TextSink: Sendable {
    var isTerminal: Bool { get }
    /// The width of the terminal in cells.
    var columns: Int { get }
    func write(_ text: String) throws(OutputError)
}

/// One of the process' own descriptors, written without a buffer so that nothing is lost when the process ends.
public struct FileDescriptorSink: TextSink {
    public static let standardOutput = FileDescriptorSink(descriptor: STDOUT_FILENO, name: "standard output")
    public static let standardError = FileDescriptorSink(descriptor: STDERR_FILENO, name: "standard error")

    let descriptor: Int32
    let name: String

    public var isTerminal: Bool { isatty(descriptor) == 1 }

    public var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    public func write(_ text: String) throws(OutputError) {
        do {
            try writeAll(Array(text.utf8), to: descriptor)
        } catch  where error.code == EPIPE {
            throw .readerLeft
        } catch {
            throw .cannotWrite(path: name, error)
        }
    }
}

/// Writes every byte, taking up again after signals and short writes.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
        // The pointer is valid during the call, which is all that write(2) needs.
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
        if written >= 0 {
            offset += written
        } else if errno != EINTR {
            throw .last
        }
    }
}
