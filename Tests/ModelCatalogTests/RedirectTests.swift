import Foundation
import Hashing
import Testing

@testable import ModelCatalog

@Suite struct RedirectTests {
    typealias Answer = LocalServer.Answer

    let weights = HubFixture.weights

    /// A store for large files, as hubs have: another host (here another port), reached by a redirect.
    private func store(
        _ bend: @escaping @Sendable (_ number: Int, LocalServer.Request, Answer) -> Answer = { $2 }
    ) throws -> HubFixture { try HubFixture(bend: bend) }

    @Test func aRedirectIsFollowedOnceForAllRanges() async throws {
        let store = try store()
        let target = store.server.address + "/store/model.safetensors?signature=secret"
        let hash = SHA256.hash(weights)
        let hub = try HubFixture { _, _, _ in
            Answer(status: 302, headers: ["Location": target, "X-Linked-Etag": "\"\(hash.hexadecimal)\""])
        }
        try await hub.pull(token: "token")
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.count == 1 && store.weightRequests.count == 3)
        store.server.stop()
    }

    @Test func theTokenIsForTheHubAlone() async throws {
        let store = try store()
        let target = store.server.address + "/store/model.safetensors"
        let hub = try HubFixture { _, _, _ in Answer(status: 302, headers: ["Location": target]) }
        try await hub.pull(token: "token")
        #expect(hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer token" })
        #expect(!store.weightRequests.isEmpty)
        #expect(store.weightRequests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func aRelativeRedirectIsFollowed(status: Int) async throws {
        let hub = try HubFixture { _, request, good in
            request.path.hasPrefix("/moved")
                ? good : Answer(status: status, headers: ["Location": "/moved/model.safetensors"])
        }
        try await hub.pull(token: "token")
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.allSatisfy { $0.headers["authorization"] == "Bearer token" })
    }

    @Test func anExpiredAddressIsAskedForAgain() async throws {
        let store = try store { number, _, good in number == 2 ? Answer(status: 403) : good }
        let target = store.server.address + "/store/model.safetensors"
        let hub = try HubFixture { _, _, _ in Answer(status: 302, headers: ["Location": target]) }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.count == 2)
    }

    @Test func aLoopEnds() async throws {
        let hub = try HubFixture { _, request, _ in Answer(status: 302, headers: ["Location": request.path]) }
        let error: DownloadError = try await hub.failedPull()
        guard case .tooManyRedirects(_, 10) = error else {
            Issue.record("expected too many redirects, not \(String(describing: error))")
            return
        }
        #expect(hub.weightRequests.count == 11)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", nil]) func otherPlacesAreRefused(
        location: String?
    ) async throws {
        let hub = try HubFixture { _, _, _ in
            Answer(status: 302, headers: location.map { ["Location": $0] } ?? [:])
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .invalidRedirect(_, location ?? "") = error else {
            Issue.record("expected an invalid redirect, not \(error)")
            return
        }
    }

    @Test func aHashFromAnotherHostIsNotTheHubsWord() async throws {
        // The store's ETag looks like a hash of something else; only the hub's own counts.
        let store = try store { _, _, good in
            var answer = good
            answer.headers["ETag"] = "\"\(SHA256.hash([]).hexadecimal)\""
            return answer
        }
        let target = store.server.address + "/store/model.safetensors"
        let hub = try HubFixture { _, _, _ in Answer(status: 302, headers: ["Location": target]) }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }
}

@Suite struct HubEndpointTests {
    @Test func theEnvironmentNamesTheHub() throws {
        #expect(try HubEndpoint(environment: [:]).address.absoluteString == "https://huggingface.co")
        let other = try HubEndpoint(environment: ["HF_ENDPOINT": "http://127.0.0.1:8080/hub/", "HF_TOKEN": " abc\n"])
        #expect(other.token == "abc")
        #expect(
            other.address(of: "a/b.json", in: "owner/name", revision: "main").absoluteString
                == "http://127.0.0.1:8080/hub/owner/name/resolve/main/a/b.json")
    }

    @Test(arguments: ["huggingface.co", "ftp://host", "file:///x", "https://", "not an address"])
    func otherAddressesAreRefused(text: String) {
        #expect(throws: DownloadError.invalidEndpoint(text)) { try HubEndpoint(address: text) }
    }

    @Test(arguments: [
        ("https://hub.example/x", true), ("https://HUB.example:443/x", true), ("http://hub.example/x", false),
        ("https://hub.example:8443/x", false), ("https://hub.example.evil/x", false),
        ("https://cdn.hub.example/x", false),
    ]) func theTokenStaysWithTheHub(address: String, isSent: Bool) throws {
        let hub = try HubEndpoint(address: "https://hub.example", token: "abc")
        #expect((hub.token(for: try #require(URL(string: address))) != nil) == isSent)
    }

    @Test func messagesHideSignatures() throws {
        let url = try #require(URL(string: "https://user:word@store.example/file?signature=secret#x"))
        #expect(!url.withoutQuery.contains("secret") && !url.withoutQuery.contains("word"))
    }
}
