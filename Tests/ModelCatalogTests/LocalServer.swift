import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that answers as badly as a test wants: it writes the bytes that a closure gives
/// for each request, and closes the connection.
final class LocalServer: Sendable {
    struct Request: Sendable {
        let path: String
        /// By lower-case name.
        let headers: [String: String]

        /// First and last byte of the Range header.
        var range: ClosedRange<Int>? {
            guard let text = headers["range"], text.hasPrefix("bytes=") else { return nil }
            let ends = text.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Announced in place of the true length; -1 announces none.
        var announcedLength: Int?
        /// Seconds to wait before the first byte.
        var delay = 0.0
        /// Close the connection without a word.
        var hangsUp = false
    }

    let port: Int
    private let listener: Int32
    private let handler: @Sendable (Request) -> Answer
    private let log = Mutex<[Request]>([])
    /// Whether the listener may be gone, and its number in use by another.
    private let hasStopped = Mutex(false)

    /// Starts to listen on a free port.
    init(_ handler: @escaping @Sendable (Request) -> Answer) throws {
        self.handler = handler
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // The socket calls take any address family behind one pointer type.
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        self.listener = listener
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in acceptConnections() }
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.withLock { $0 } }

    /// Ends the thread that accepts connections, which keeps the server alive until then.
    func stop() {
        hasStopped.withLock { hasStopped in
            if !hasStopped { shutdown(listener, Int32(SHUT_RDWR)) }
            hasStopped = true
        }
    }

    private func acceptConnections() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            Thread.detachNewThread { [self] in
                serve(connection)
                close(connection)
            }
        }
        hasStopped.withLock { hasStopped in
            close(listener)
            hasStopped = true
        }
    }

    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !bytes.ends(with: Array("\r\n\r\n".utf8)) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let request = Request(path: lines[0].components(separatedBy: " ")[1], headers: headers)
        log.withLock { $0.append(request) }
        let answer = handler(request)
        if answer.delay > 0 { Thread.sleep(forTimeInterval: answer.delay) }
        if !answer.hangsUp { send(answer, to: connection) }
    }

    private func send(_ answer: Answer, to connection: Int32) {
        var head = "HTTP/1.1 \(answer.status) Something\r\nConnection: close\r\n"
        let length = answer.announcedLength ?? answer.body.count
        if length >= 0 { head += "Content-Length: \(length)\r\n" }
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + answer.body
        var sent = 0
        while sent < bytes.count {
            // No signal when the client has gone: it may hang up on purpose.
            let count = bytes.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

extension [UInt8] {
    fileprivate func ends(with suffix: [UInt8]) -> Bool { self.suffix(suffix.count).elementsEqual(suffix) }
}
