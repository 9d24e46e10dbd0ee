import Foundation

/// Where a text comes from.
enum TextSource: Sendable {
    case text(String)
    case file(String)
    case standardInput

    /// More than any model's context holds.
    static let largestByteCount = 64 << 20

    /// The text, as it stands. Read on a thread of its own: a pipe may keep its reader waiting for ever, and Ctrl-C must
    /// end that.
    func read() async throws -> String {
        if case .text(let text) = self { return text }
        let contents = AsyncThrowingStream<String, any Error> { continuation in
            Thread.detachNewThread {
                do {
                    continuation.yield(try readContents())
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
        for try await text in contents { return text }
        throw CancellationError()
    }

    private func readContents() throws -> String {
        let handle: FileHandle
        if case .file(let path) = self {
            do { handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) } catch {
                throw TextSourceError.unreadable(name: path, reason: Self.reason(error))
            }
        } else {
            handle = .standardInput
        }
        var bytes = Data()
        while true {
            let part: Data?
            do { part = try handle.read(upToCount: 1 << 20) } catch {
                throw TextSourceError.unreadable(name: name, reason: Self.reason(error))
            }
            guard let part, !part.isEmpty else { break }
            bytes.append(part)
            guard bytes.count <= Self.largestByteCount else { throw TextSourceError.tooLong(name: name) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw TextSourceError.invalidUTF8(name: name) }
        return text
    }

    private var name: String {
        if case .file(let path) = self { path } else { "standard input" }
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(underlying.code))).lowercased()
        }
        return error.localizedDescription
    }
}

/// Why there is no text.
enum TextSourceError: Error, Equatable, CustomStringConvertible {
    case unreadable(name: String, reason: String)
    case tooLong(name: String)
    case invalidUTF8(name: String)

    var description: String {
        switch self {
        case .unreadable(let name, let reason): "\(name): cannot be read: \(reason)"
        case .tooLong(let name):
            "\(name): more than \(TextSource.largestByteCount >> 20) MiB, which no model can hold"
        case .invalidUTF8(let name): "\(name): not UTF-8 text; convert it first"
        }
    }
}
