import Foundation
import FoundationNetworking
import Synchronization

/// The head of an answer.
struct HTTPResponse: Sendable {
    let url: URL
    let status: Int
    /// By lower-case name.
    let headers: [String: String]

    fileprivate init(_ response: HTTPURLResponse, url: URL) {
        self.url = url
        status = response.statusCode
        var headers: [String: String] = [:]
        for case (let name as String, let value as String) in response.allHeaderFields {
            headers[name.lowercased()] = value
        }
        self.headers = headers
    }

    /// The value of Content-Length; nil where it is absent or no number.
    var contentLength: Int? { headers["content-length"].flatMap { Int($0) } }
}

/// Sends requests and hands over bodies piece by piece. Redirects are answers like others, so that the caller
/// decides what goes where.
final class HTTPClient: Sendable {
    private let session: URLSession
    private let delegate = TransferDelegate()

    /// - Parameter timeout: seconds without a byte after which a transfer is given up.
    init(timeout: Double) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        // One queue that runs one block at a time: pieces of a body must arrive in order.
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: queue)
    }

    deinit { session.invalidateAndCancel() }

    /// Sends `request` and returns when the answer has ended.
    ///
    /// - Parameters:
    ///   - begin: is given the head; the body is wanted if it returns true. What it throws ends the transfer.
    ///   - receive: is given the pieces of the body in order. What it throws ends the transfer.
    /// - Throws: what the closures throw, ``DownloadError`` for the connection, or `CancellationError`.
    func send(
        _ request: URLRequest,
        begin: @escaping @Sendable (HTTPResponse) throws -> Bool,
        receive: @escaping @Sendable (Data) throws -> Void
    ) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let task = session.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                delegate.start(
                    task, TransferDelegate.Transfer(begin: begin, receive: receive, continuation: continuation))
            }
        } onCancel: {
            task.cancel()
        }
    }
}

private final class TransferDelegate: NSObject, URLSessionDataDelegate {
    struct Transfer: Sendable {
        let begin: @Sendable (HTTPResponse) throws -> Bool
        let receive: @Sendable (Data) throws -> Void
        let continuation: CheckedContinuation<HTTPResponse, any Error>
        var response: HTTPResponse?
        /// The first error of a closure, or `.success` where the body is not wanted.
        var outcome: Result<Void, any Error>?
    }

    private let transfers = Mutex<[Int: Transfer]>([:])

    func start(_ task: URLSessionDataTask, _ transfer: Transfer) {
        transfers.withLock { $0[task.taskIdentifier] = transfer }
        task.resume()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        guard let response = response as? HTTPURLResponse, let url = response.url,
            let transfer = transfers.withLock({ $0[dataTask.taskIdentifier] })
        else { return completionHandler(.cancel) }
        let head = HTTPResponse(response, url: url)
        let isWanted = Result { try transfer.begin(head) }
        transfers.withLock { transfers in
            transfers[dataTask.taskIdentifier]?.response = head
            switch isWanted {
            case .success(true): break
            case .success(false): transfers[dataTask.taskIdentifier]?.outcome = .success(())
            case .failure(let error): transfers[dataTask.taskIdentifier]?.outcome = .failure(error)
            }
        }
        let goesOn = if case .success(true) = isWanted { true } else { false }
        completionHandler(goesOn ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        // After an error more may arrive before the cancellation takes effect.
        guard let transfer = transfers.withLock({ $0[dataTask.taskIdentifier] }), transfer.outcome == nil else {
            return
        }
        do {
            try transfer.receive(data)
        } catch {
            transfers.withLock { $0[dataTask.taskIdentifier]?.outcome = .failure(error) }
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard var transfer = transfers.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        let url = task.originalRequest?.url?.withoutQuery ?? ""
        if transfer.response == nil, error == nil, let response = task.response as? HTTPURLResponse,
            let address = response.url
        {
            // A redirect without a Location reaches no other method of the delegate.
            let head = HTTPResponse(response, url: address)
            transfer.response = head
            transfer.outcome = Result { _ = try transfer.begin(head) }
        }
        switch (transfer.outcome, transfer.response, error) {
        case (.failure(let error), _, _): transfer.continuation.resume(throwing: error)
        case (.success, let response?, _), (nil, let response?, nil): transfer.continuation.resume(returning: response)
        case (_, _, let error?): transfer.continuation.resume(throwing: Self.translated(error, url: url))
        case (_, nil, nil):
            transfer.continuation.resume(throwing: DownloadError.connection(url: url, reason: "no answer came"))
        }
    }

    private static func translated(_ error: any Error, url: String) -> any Error {
        guard let error = error as? URLError else {
            return DownloadError.connection(url: url, reason: error.localizedDescription)
        }
        switch error.code {
        case .cancelled: return CancellationError()
        case .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet: return DownloadError.unknownHost(url: url)
        case .cannotConnectToHost: return DownloadError.connection(url: url, reason: "the connection was refused")
        case .timedOut: return DownloadError.connection(url: url, reason: "no data came in time")
        case .networkConnectionLost:
            return DownloadError.connection(url: url, reason: "the connection was lost")
        default: return DownloadError.connection(url: url, reason: error.localizedDescription)
        }
    }
}

extension URL {
    /// For messages: queries of redirects carry signatures that are nobody's business.
    var withoutQuery: String {
        guard var parts = URLComponents(url: self, resolvingAgainstBaseURL: true) else { return absoluteString }
        parts.query = nil
        parts.fragment = nil
        parts.password = nil
        return parts.string ?? absoluteString
    }
}
