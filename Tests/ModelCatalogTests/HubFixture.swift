import Foundation
import Hashing
import Synchronization
import TestKit

@testable import ModelCatalog

/// A catalog in a temporary folder, and a hub with one small model whose behaviour a test may bend.
final class HubFixture: Sendable {
    typealias Request = LocalServer.Request
    typealias Answer = LocalServer.Answer

    static let configuration = Array(#"{"model_type": "whisper"}"#.utf8)
    /// Several ranges long, and no two ranges alike.
    static let weights = (0..<2500).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
    static let rangeByteCount = 1000
    static let commit = String(repeating: "c0ffee12", count: 5)

    let home: TemporaryFolder
    let server: LocalServer
    let catalog: ModelCatalog

    /// - Parameters:
    ///   - listedHash: what the list says of the weights; nil where it does not know.
    ///   - bend: gives the answer to a request in place of the good one, from its number (of those for weights,
    ///     counted from 1) and the good answer.
    init(
        listedHash: SHA256Digest? = nil, listedByteCount: Int? = nil,
        bend: @escaping @Sendable (_ number: Int, Request, _ good: Answer) -> Answer = { $2 }
    ) throws {
        home = try TemporaryFolder()
        let repository = HubRepository(
            identifier: "owner/small", revision: "main",
            files: [
                ModelFile(path: "config.json", byteCount: nil, hash: nil),
                ModelFile(path: "model.safetensors", byteCount: listedByteCount, hash: listedHash),
            ])
        let entry = ModelEntry(
            name: "small", summary: "small", task: .transcription, licence: "MIT", parameterCount: 1,
            sources: [.hub(repository)])
        catalog = ModelCatalog(list: ModelList(models: [entry]), home: home.url)
        let numbering = Numbering()
        server = try LocalServer { request in
            let isWeights = request.isForWeights
            let good = Self.answer(request, with: isWeights ? Self.weights : Self.configuration)
            return isWeights ? bend(numbering.next(), request, good) : good
        }
    }

    deinit { server.stop() }

    private final class Numbering: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// What a well-behaved hub says.
    static func answer(_ request: Request, with file: [UInt8]) -> Answer {
        var headers = ["ETag": "\"\(SHA256.hash(file).hexadecimal.prefix(40))\"", "X-Repo-Commit": commit]
        guard let range = request.range else { return Answer(headers: headers, body: file) }
        if let tag = request.headers["if-range"], tag != headers["ETag"] { return Answer(headers: headers, body: file) }
        guard range.lowerBound < file.count else {
            headers["Content-Range"] = "bytes */\(file.count)"
            return Answer(status: 416, headers: headers)
        }
        let part = file[range.lowerBound...min(range.upperBound, file.count - 1)]
        headers["Content-Range"] = "bytes \(part.startIndex)-\(part.endIndex - 1)/\(file.count)"
        return Answer(status: 206, headers: headers, body: Array(part))
    }

    var policy: DownloadPolicy {
        var policy = DownloadPolicy()
        policy.rangeByteCount = Self.rangeByteCount
        policy.firstDelay = .milliseconds(1)
        policy.timeout = 20
        return policy
    }

    @discardableResult
    func pull(token: String? = nil, timeout: Double? = nil) async throws -> ModelManifest {
        let endpoint = try HubEndpoint(address: server.address, token: token)
        var policy = policy
        policy.timeout = timeout ?? policy.timeout
        return try await ModelPuller(catalog: catalog, policy: policy).pull("small", from: endpoint) { _ in }
    }

    /// Pulls, and returns the error that is expected.
    func failedPull<Failure: Error>(token: String? = nil, _ type: Failure.Type = Failure.self) async throws -> Failure {
        let manifest: ModelManifest
        do {
            manifest = try await pull(token: token)
        } catch let error as Failure {
            return error
        }
        throw UnexpectedSuccess(manifest: manifest)
    }

    struct UnexpectedSuccess: Error {
        let manifest: ModelManifest
    }

    /// The bytes of the fetched weights; nil where there is no model.
    var fetchedWeights: [UInt8]? {
        (try? Data(contentsOf: catalog.folder(of: "small").appendingPathComponent("model.safetensors"))).map(Array.init)
    }

    /// The requests for the weights.
    var weightRequests: [Request] { server.requests.filter(\.isForWeights) }

    /// What a failed pull left in the staging folder.
    var stagedNames: [String] {
        let folder = home.url.appendingPathComponent("models/.partial/small").path
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }
}

extension LocalServer.Request {
    var isForWeights: Bool { path.prefix { $0 != "?" }.hasSuffix("model.safetensors") }

    /// The same request without If-Range, as a server sees it that does not mind that header.
    var withoutCondition: Self { Self(path: path, headers: headers.filter { $0.key != "if-range" }) }
}
