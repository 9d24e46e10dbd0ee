import Foundation
import FoundationNetworking
import Hashing
import Synchronization

/// How patient a download is.
public struct DownloadPolicy: Sendable {
    /// Bytes asked for at a time: bounds the memory of a transfer and the loss when it breaks.
    public var rangeByteCount = 8 << 20
    /// Attempts in a row without a new byte.
    public var attempts = 4
    /// Wait before the second attempt; doubled before each further one.
    public var firstDelay = Duration.seconds(1)
    /// Seconds without a byte after which a transfer is given up.
    public var timeout = 30.0
    var redirectLimit = 10

    public init() {}
}

/// Fetches one file into a ``PartialFile``, range by range, going on where an earlier attempt stopped.
struct FileDownload: Sendable {
    let client: HTTPClient
    let endpoint: HubEndpoint
    let address: URL
    let partial: PartialFile
    let policy: DownloadPolicy
    /// From the list, where it knows.
    let expectedByteCount: Int?
    /// Told of the bytes so far and in all.
    let progress: @Sendable (_ byteCount: Int, _ total: Int?) -> Void

    /// What the hub says of the file.
    struct Identity: Sendable, Equatable {
        /// SHA-256 of a large file, from the hub's own store.
        var hash: SHA256Digest?
        /// The commit that the file was taken from.
        var commit: String?
    }

    private var name: String { address.withoutQuery }

    func run() async throws -> Identity {
        var failures = 0
        var changes = 0
        var identity = Identity()
        var resolved: URL?
        var asksForRanges = true
        while true {
            let before = partial.byteCount
            do {
                let step = try await fetch(at: resolved, byRange: asksForRanges, identity: &identity)
                switch step {
                case .done: return identity
                case .more(let url): resolved = url
                case .cannotContinue:
                    asksForRanges = false
                case .changed:
                    changes += 1
                    resolved = nil
                    guard changes < policy.attempts else { throw DownloadError.keepsChanging(url: name) }
                }
            } catch let error as DownloadError {
                // An address that a redirect gave expires; the hub's own gives a new one.
                let hasExpired = resolved != nil && !error.isTransient && error.isRefusal
                guard error.isTransient || hasExpired else { throw error }
                resolved = nil
                failures = partial.byteCount > before ? 1 : failures + 1
                guard failures < policy.attempts else { throw error }
                try await Task.sleep(for: policy.firstDelay * (1 << (failures - 1)))
                continue
            }
            failures = 0
        }
    }

    private enum Step {
        case done
        /// Ranges can be had, but nothing tells whether two of them are of the same file.
        case cannotContinue
        /// More ranges can be had at this address.
        case more(URL)
        /// The file is not what it was; the next attempt begins anew.
        case changed
    }

    /// Follows redirects from `start` (the hub's address where nil) and fetches the next range, or the whole.
    private func fetch(at start: URL?, byRange: Bool, identity: inout Identity) async throws -> Step {
        var url = start ?? address
        for _ in 0...policy.redirectLimit {
            let body = RangeBody(download: self)
            let response = try await client.send(
                request(for: url, byRange: byRange), begin: { try body.begin($0) }, receive: { try body.receive($0) })
            try note(response, in: &identity)
            if (300..<400).contains(response.status), response.status != 304 {
                url = try target(of: response)
                continue
            }
            let step = try body.end(response)
            switch step {
            case .ended: return .done
            case .range: return .more(url)
            case .changed: return .changed
            case .cannotContinue: return .cannotContinue
            }
        }
        throw DownloadError.tooManyRedirects(url: name, limit: policy.redirectLimit)
    }

    private func request(for url: URL, byRange: Bool) -> URLRequest {
        var request = URLRequest(url: url)
        if byRange {
            let start = partial.byteCount
            request.setValue("bytes=\(start)-\(start + policy.rangeByteCount - 1)", forHTTPHeaderField: "Range")
            if start > 0, let tag = partial.tag { request.setValue(tag, forHTTPHeaderField: "If-Range") }
        }
        // A compressed body would have ranges of its own.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        request.setValue("triptych", forHTTPHeaderField: "User-Agent")
        if let token = endpoint.token(for: url) {
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        }
        return request
    }

    private func target(of response: HTTPResponse) throws -> URL {
        let location = response.headers["location"] ?? ""
        guard let target = URL(string: location, relativeTo: response.url)?.absoluteURL,
            let scheme = target.scheme?.lowercased(), scheme == "https" || scheme == "http",
            // What began under encryption stays there.
            scheme == "https" || response.url.scheme?.lowercased() == "http"
        else { throw DownloadError.invalidRedirect(url: name, location: location) }
        return target
    }

    /// Takes what only the hub itself says, in the redirect to its store or in the answer.
    private func note(_ response: HTTPResponse, in identity: inout Identity) throws {
        guard response.status < 400, response.url.host == address.host, response.url.port == address.port else {
            return
        }
        if let commit = response.headers["x-repo-commit"], commit.utf8.count == 40,
            commit.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        {
            identity.commit = commit
        }
        // A hub that sends a large file itself has the hash in the ETag; that of a small file is shorter.
        let isBody = response.status == 200 || response.status == 206
        if let text = response.headers["x-linked-etag"] ?? (isBody ? response.headers["etag"] : nil),
            let hash = SHA256Digest(hexadecimal: text.filter(\.isHexDigit))
        {
            identity.hash = hash
        }
    }
}

/// Checks one answer against the request and what is known of the file, and writes its body.
private final class RangeBody: Sendable {
    enum Step { case ended, range, changed, cannotContinue }

    private let download: FileDownload
    private let state = Mutex(State())

    private struct State {
        /// Bytes that the body must have; nil where the server does not say.
        var bodyByteCount: Int?
        /// Size of the whole file.
        var total: Int?
        var received = 0
        var step = Step.range
    }

    init(download: FileDownload) { self.download = download }

    private var partial: PartialFile { download.partial }
    private var name: String { download.address.withoutQuery }

    /// Judges the head of the answer; returns whether the body is wanted.
    func begin(_ response: HTTPResponse) throws -> Bool {
        switch response.status {
        case 200:
            try refuseWebPage(response)
            try refuseEncoded(response)
            // The whole file: the server does not do ranges, or the file has changed.
            try partial.restart(tag: strongTag(of: response))
            try accept(total: response.contentLength)
            state.withLock {
                $0.bodyByteCount = response.contentLength
                $0.step = .ended
            }
            return true
        case 206:
            try refuseEncoded(response)
            return try beginRange(response)
        case 416:
            try endAtUnsatisfiableRange(response)
            return false
        case 300..<400 where response.status != 304: return false
        case 401, 403:
            throw DownloadError.refused(
                url: name, status: response.status, hadToken: download.endpoint.token != nil)
        case 404: throw DownloadError.notFound(url: name)
        default: throw DownloadError.status(url: name, status: response.status)
        }
    }

    func receive(_ data: Data) throws {
        let (received, limit) = state.withLock { state in
            state.received += data.count
            return (state.received, state.bodyByteCount)
        }
        if let limit, received > limit { throw DownloadError.tooLong(url: name, expected: limit) }
        if let expected = download.expectedByteCount, partial.byteCount + data.count > expected {
            throw DownloadError.tooLong(url: name, expected: expected)
        }
        try partial.append(data)
        download.progress(partial.byteCount, state.withLock { $0.total })
    }

    func end(_ response: HTTPResponse) throws -> Step {
        let state = state.withLock { $0 }
        guard state.step == .range || state.step == .ended else { return state.step }
        if let expected = state.bodyByteCount, state.received < expected {
            throw DownloadError.truncated(url: name, expected: expected, received: state.received)
        }
        return state.step == .ended || partial.byteCount == state.total ? .ended : .range
    }

    private func beginRange(_ response: HTTPResponse) throws -> Bool {
        try refuseWebPage(response)
        let header = response.headers["content-range"] ?? ""
        let range = ContentRange(header)
        let start = partial.byteCount
        guard let total = range?.total, let bounds = range?.bounds, bounds.lowerBound == start,
            bounds.count <= download.policy.rangeByteCount, bounds.upperBound <= total
        else {
            // A server may give an odd answer to a wish to continue; to begin anew is always right.
            guard start == 0 else { return try beginAnew() }
            throw DownloadError.protocolViolation(
                url: name, problem: "byte 0 on was asked for, and the Content-Range is '\(header)'")
        }
        let tag = strongTag(of: response)
        if start == 0, tag == nil, bounds.count < total {
            state.withLock { $0.step = .cannotContinue }
            return false
        }
        guard start == 0 || (tag != nil && tag == partial.tag) else { return try beginAnew() }
        if start == 0 { try partial.restart(tag: tag) }
        try accept(total: total)
        state.withLock {
            $0.bodyByteCount = bounds.count
            $0.total = total
        }
        return true
    }

    private func beginAnew() throws -> Bool {
        try partial.restart(tag: nil)
        state.withLock { $0.step = .changed }
        return false
    }

    /// 416: the range begins at the end of the file or behind it.
    private func endAtUnsatisfiableRange(_ response: HTTPResponse) throws {
        let total = ContentRange(response.headers["content-range"] ?? "")?.total
        guard total == partial.byteCount else {
            guard partial.byteCount > 0 else { throw DownloadError.status(url: name, status: 416) }
            _ = try beginAnew()
            return
        }
        try accept(total: total)
        state.withLock { $0.step = .ended }
    }

    private func accept(total: Int?) throws {
        guard let total, let expected = download.expectedByteCount, total != expected else { return }
        throw DownloadError.protocolViolation(
            url: name, problem: "the file has \(total) bytes there, where the list has \(expected)")
    }

    private func refuseWebPage(_ response: HTTPResponse) throws {
        let type = response.headers["content-type"]?.lowercased() ?? ""
        if type.hasPrefix("text/html"), !name.hasSuffix(".html") { throw DownloadError.webPage(url: name) }
    }

    private func refuseEncoded(_ response: HTTPResponse) throws {
        guard let encoding = response.headers["content-encoding"]?.lowercased(), encoding != "identity" else { return }
        throw DownloadError.protocolViolation(url: name, problem: "the answer has the Content-Encoding '\(encoding)'")
    }

    /// An ETag that promises equal bytes; a weak one does not.
    private func strongTag(of response: HTTPResponse) -> String? {
        response.headers["etag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
    }
}

/// The value of a Content-Range header: `bytes 0-99/1234`, `bytes */1234`, `bytes 0-99/*`.
struct ContentRange: Equatable {
    let bounds: Range<Int>?
    let total: Int?

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0] == "*" {
            bounds = nil
        } else {
            let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, first <= last,
                last < Int.max
            else { return nil }
            bounds = first..<(last + 1)
        }
        if parts[1] == "*" {
            total = nil
        } else {
            guard let count = Int(parts[1]), count >= 0 else { return nil }
            total = count
        }
    }
}
