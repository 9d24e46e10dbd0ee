import Foundation
import Synchronization

/// Standard input, line by line. Each line is read on a thread of its own, because whoever waits for one may wait for ever.
public final class LineInput: Sendable {
    /// More than anybody types, and than a model reads.
    public static let largestByteCount = 16 << 20

    private struct State {
        var pending: [UInt8] = []
        var isAtEnd = false
    }

    private let state = Mutex(State())
    private let descriptor: Int32

    /// - Parameter descriptor: standard input unless another is given.
    public init(descriptor: Int32 = 0) { self.descriptor = descriptor }

    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The next line without its end; nil at the end of the input.
    ///
    /// - Throws: ``LineInputError``; the line is then passed over.
    public func next() async throws -> String? {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [self] in
                continuation.resume(with: Result { try read() })
            }
        }
    }

    private func read() throws -> String? {
        try state.withLock { state in
            var searched = 0
            while true {
                if let end = state.pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = state.pending[..<end]
                    defer { state.pending.removeFirst(end + 1) }
                    return try text(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
                }
                guard !state.isAtEnd else {
                    defer { state.pending = [] }
                    return state.pending.isEmpty ? nil : try text(state.pending[...])
                }
                searched = state.pending.count
                guard searched <= Self.largestByteCount else {
                    state.isAtEnd = true
                    state.pending = []
                    throw LineInputError.tooLong
                }
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    guard errno == EINTR else { throw LineInputError.unreadable(.last) }
                } else if count == 0 {
                    state.isAtEnd = true
                } else {
                    state.pending += buffer[..<count]
                }
            }
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw LineInputError.invalidUTF8 }
        return text
    }
}

/// Why a line of standard input cannot be used.
public enum LineInputError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(SystemError)
    case tooLong
    case invalidUTF8

    public var description: String {
        switch self {
        case .unreadable(let error): "standard input: cannot be read: \(error)"
        case .tooLong: "standard input: a line of more than \(LineInput.largestByteCount >> 20) MiB"
        case .invalidUTF8: "standard input: a line that is not UTF-8 text; convert it first"
        }
    }
}
