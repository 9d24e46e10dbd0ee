import Foundation
import Hashing
import TestKit
import Testing

@testable import ModelCatalog

@Suite struct PullTests {
    typealias Answer = LocalServer.Answer

    let weights = HubFixture.weights
    let weightsHash = SHA256.hash(HubFixture.weights)

    @Test func aModelComesInRangesAndIsRecorded() async throws {
        let hub = try HubFixture()
        let manifest = try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.map(\.range) == [0...999, 1000...1999, 2000...2999])
        #expect(manifest.files.map(\.hash) == [SHA256.hash(HubFixture.configuration), weightsHash])
        #expect(manifest.source.contains("owner/small at \(HubFixture.commit)"))
        #expect(try hub.catalog.verify("small") == manifest)
        #expect(!hub.home.exists("models/.partial/small"))
    }

    @Test func allFilesComeFromOneCommit() async throws {
        let hub = try HubFixture()
        try await hub.pull()
        #expect(hub.server.requests.first?.path == "/owner/small/resolve/main/config.json")
        #expect(
            hub.weightRequests.allSatisfy { $0.path == "/owner/small/resolve/\(HubFixture.commit)/model.safetensors" })
    }

    /// A place that is no hub: the path is added to its address, no token is sent, and the list's hash decides.
    @Test func aModelComesFromAPlaceOnTheWeb() async throws {
        for hash in [weightsHash, SHA256.hash([1])] {
            let home = try TemporaryFolder()
            let server = try LocalServer { HubFixture.answer($0, with: HubFixture.weights) }
            defer { server.stop() }
            let place = WebFolder(
                address: "\(server.address)/files/here",
                files: [ModelFile(path: "weight:1.pth", byteCount: weights.count, hash: hash)])
            let entry = ModelEntry(
                name: "small", summary: "small", task: .detection, licence: "MIT", parameterCount: 1,
                sources: [.web(place)])
            let catalog = ModelCatalog(list: ModelList(models: [entry]), home: home.url)
            let puller = ModelPuller(catalog: catalog)
            let hub = try HubEndpoint(address: "https://hub.example", token: "secret")
            #expect(entry.canBePulled && entry.hub == nil)
            guard hash == weightsHash else {
                await #expect(throws: ModelCatalogError.self) { try await puller.pull("small", from: hub) { _ in } }
                #expect(!home.exists("models/small"))
                continue
            }
            let manifest = try await puller.pull("small", from: hub) { _ in }
            #expect(manifest.source == place.address && manifest.files.map(\.hash) == [weightsHash])
            #expect(server.requests.allSatisfy { $0.path.hasPrefix("/files/here/weight") })
            #expect(server.requests.allSatisfy { $0.headers["authorization"] == nil })
            #expect(try catalog.verify("small") == manifest)
        }
    }

    @Test func aServerWithoutRangesWillDo() async throws {
        let hub = try HubFixture { _, _, _ in Answer(body: HubFixture.weights) }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights && hub.weightRequests.count == 1)
    }

    @Test func aServerThatAnnouncesNoLengthWillDo() async throws {
        let hub = try HubFixture { _, _, _ in Answer(body: HubFixture.weights, announcedLength: -1) }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }

    @Test(arguments: [nil, "W/\"weak\""]) func rangesWithoutAStrongTagAreNotPutTogether(tag: String?) async throws {
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.headers["ETag"] = tag
            return answer
        }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.map(\.range) == [0...999, nil])
    }

    @Test func anEmptyFileWillDo() async throws {
        let hub = try HubFixture { _, request, _ in HubFixture.answer(request, with: []) }
        try await hub.pull()
        #expect(hub.fetchedWeights == [])
    }

    // MARK: Breaks

    @Test func aBrokenTransferGoesOnWhereItStopped() async throws {
        let hub = try HubFixture { number, _, good in
            guard number == 2 else { return good }
            var answer = good
            answer.announcedLength = good.body.count
            answer.body = Array(good.body.prefix(300))
            return answer
        }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.map { $0.range?.lowerBound } == [0, 1000, 1300, 2300])
        let tag = "\"\(weightsHash.hexadecimal.prefix(40))\""
        #expect(hub.weightRequests.dropFirst().allSatisfy { $0.headers["if-range"] == tag })
    }

    @Test func aLaterPullGoesOnWhereAnEarlierOneStopped() async throws {
        let hub = try HubFixture { number, _, good in (2...5).contains(number) ? Answer(status: 503) : good }
        _ = try await hub.failedPull(DownloadError.self)
        #expect(hub.fetchedWeights == nil && hub.catalog.presentNames().isEmpty)
        #expect(hub.stagedNames.contains("model.safetensors.part"))
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.last(where: { $0.range?.lowerBound == 1000 }) != nil)
        #expect(hub.weightRequests.filter { $0.range?.lowerBound == 0 }.count == 1)
        #expect(!hub.home.exists("models/.partial/small"))
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504]) func passingTroubleIsWaitedFor(status: Int) async throws {
        let hub = try HubFixture { number, _, good in number < 4 ? Answer(status: status) : good }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }

    @Test func lastingTroubleIsReported() async throws {
        let hub = try HubFixture { _, _, _ in Answer(status: 503) }
        let error: DownloadError = try await hub.failedPull()
        guard case .status(let url, 503) = error else {
            Issue.record("expected status 503, not \(error)")
            return
        }
        #expect(url.hasSuffix("model.safetensors") && hub.weightRequests.count == hub.policy.attempts)
        #expect(hub.fetchedWeights == nil)
    }

    @Test func aServerThatHangsUpIsTriedAgain() async throws {
        let hub = try HubFixture { number, _, good in number == 1 ? Answer(hangsUp: true) : good }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }

    @Test func aServerThatFallsSilentIsGivenUp() async throws {
        let hub = try HubFixture { number, _, good in
            var answer = good
            if number == 1 { answer.delay = 4 }
            return answer
        }
        try await hub.pull(timeout: 1)
        #expect(hub.fetchedWeights == weights && hub.weightRequests.count >= 2)
    }

    @Test func anUnreachableServerIsReported() async throws {
        let hub = try HubFixture()
        hub.server.stop()
        let error: DownloadError = try await hub.failedPull()
        guard case .connection = error else {
            Issue.record("expected a connection error, not \(error)")
            return
        }
        #expect(!hub.home.exists("models/.partial/small"))
    }

    @Test func cancellationEndsAPull() async throws {
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.delay = 0.8
            return answer
        }
        let task = Task { try await hub.pull() }
        while hub.weightRequests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(hub.fetchedWeights == nil)
    }

    // MARK: Lies

    @Test func aHashThatTheListKnowsIsChecked() async throws {
        let expected = SHA256.hash(Array("another file".utf8))
        let hub = try HubFixture(listedHash: expected)
        let error: ModelCatalogError = try await hub.failedPull()
        guard case .wrongHash(_, expected, weightsHash) = error else {
            Issue.record("expected a wrong hash, not \(error)")
            return
        }
        #expect(hub.fetchedWeights == nil && !hub.stagedNames.contains { $0.hasPrefix("model.safetensors") })
    }

    @Test(arguments: ["X-Linked-Etag", "ETag"]) func aHashThatTheHubNamesIsChecked(header: String) async throws {
        let claimed = SHA256.hash(Array("another file".utf8)).hexadecimal
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.headers[header] = "\"\(claimed)\""
            return answer
        }
        let error: ModelCatalogError = try await hub.failedPull()
        guard case .wrongHash = error else {
            Issue.record("expected a wrong hash, not \(error)")
            return
        }
        #expect(hub.fetchedWeights == nil)
    }

    @Test func bytesSpoiltOnTheWayAreRefused() async throws {
        let hub = try HubFixture(listedHash: weightsHash) { number, _, good in
            var answer = good
            if number == 2 { answer.body[17] ^= 1 }
            return answer
        }
        _ = try await hub.failedPull(ModelCatalogError.self)
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }

    @Test func aSizeThatTheListKnowsIsCheckedBeforeAnythingIsFetched() async throws {
        let hub = try HubFixture(listedByteCount: 99)
        let error: DownloadError = try await hub.failedPull()
        guard case .protocolViolation(_, let problem) = error else {
            Issue.record("expected a wrong size, not \(error)")
            return
        }
        #expect(problem.contains("2500") && problem.contains("99"))
    }

    @Test func aBodyThatNeverEndsIsCutOff() async throws {
        let hub = try HubFixture(listedByteCount: 2500) { _, _, _ in
            Answer(body: [UInt8](repeating: 1, count: 1 << 20), announcedLength: -1)
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .tooLong = error else {
            Issue.record("expected a body that is too long, not \(error)")
            return
        }
    }

    @Test func aRangeWithTooManyBytesIsCutOff() async throws {
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.body += [1, 2, 3]
            answer.announcedLength = -1
            return answer
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .tooLong = error else {
            Issue.record("expected a body that is too long, not \(error)")
            return
        }
    }

    @Test(arguments: ["", "bytes 5-1004/2500", "bytes 0-5000/2500", "bytes 0-999/*", "lines 0-999/2500", "bytes 9-0/5"])
    func aRangeOtherThanTheOneAskedForIsRefused(header: String) async throws {
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.headers["Content-Range"] = header
            return answer
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .protocolViolation = error else {
            Issue.record("expected a protocol violation, not \(error)")
            return
        }
    }

    @Test func anOddAnswerToAWishToContinueBeginsAnew() async throws {
        let hub = try HubFixture { number, _, good in
            var answer = good
            if number == 2 { answer.headers["Content-Range"] = "bytes 1000-999/1000" }
            return answer
        }
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.map { $0.range?.lowerBound } == [0, 1000, 0, 1000, 2000])
    }

    @Test func aFileThatChangesMidwayIsFetchedAnew() async throws {
        let newWeights = Array(HubFixture.weights.reversed())
        let hub = try HubFixture { number, request, good in
            number == 1 ? good : HubFixture.answer(request, with: newWeights)
        }
        try await hub.pull()
        #expect(hub.fetchedWeights == newWeights)
    }

    @Test func aTagThatChangesWithoutIfRangeBeingMindedIsNoticed() async throws {
        let newWeights = Array(HubFixture.weights.reversed())
        let hub = try HubFixture { number, request, good in
            number == 1 ? good : HubFixture.answer(request.withoutCondition, with: newWeights)
        }
        try await hub.pull()
        #expect(hub.fetchedWeights == newWeights)
    }

    @Test func aFileThatKeepsChangingIsGivenUp() async throws {
        let hub = try HubFixture { number, request, _ in
            // The same bytes under a new tag each time, whatever If-Range says.
            var answer = HubFixture.answer(request.withoutCondition, with: HubFixture.weights)
            answer.headers["ETag"] = "\"\(number)\""
            return answer
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .keepsChanging = error else {
            Issue.record("expected a changing file, not \(error)")
            return
        }
    }

    @Test func aStagedFileLongerThanTheHubsBeginsAnew() async throws {
        let hub = try HubFixture()
        let tag = "\"\(weightsHash.hexadecimal.prefix(40))\""
        try hub.home.write(String(repeating: "x", count: 3000), to: "models/.partial/small/model.safetensors.part")
        try hub.home.write(tag, to: "models/.partial/small/model.safetensors.part.tag")
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(hub.weightRequests.first?.range?.lowerBound == 3000)
    }

    @Test func stagedBytesOfUnknownOriginAreNotUsed() async throws {
        let hub = try HubFixture()
        try hub.home.write("xxxx", to: "models/.partial/small/model.safetensors.part")
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
    }

    // MARK: Refusals

    @Test func aMissingFileIsReportedAtOnce() async throws {
        let hub = try HubFixture { _, _, _ in Answer(status: 404) }
        let error: DownloadError = try await hub.failedPull()
        guard case .notFound(let url) = error else {
            Issue.record("expected a missing file, not \(error)")
            return
        }
        #expect(url.hasSuffix("model.safetensors") && hub.weightRequests.count == 1)
    }

    @Test(arguments: [(401, nil), (403, nil), (401, "wrong"), (403, "wrong")] as [(Int, String?)])
    func aRefusalSpeaksOfTheToken(status: Int, token: String?) async throws {
        let hub = try HubFixture { _, _, _ in Answer(status: status) }
        let error: DownloadError = try await hub.failedPull(token: token)
        guard case .refused(_, status, token != nil) = error else {
            Issue.record("expected a refusal, not \(error)")
            return
        }
        #expect(error.description.contains("HF_TOKEN") && hub.weightRequests.count == 1)
    }

    @Test func aLoginPageIsNotTakenForTheFile() async throws {
        let hub = try HubFixture { _, _, _ in
            Answer(headers: ["Content-Type": "text/html; charset=utf-8"], body: Array("<html>Log in</html>".utf8))
        }
        let error: DownloadError = try await hub.failedPull()
        guard case .webPage = error else {
            Issue.record("expected a web page, not \(error)")
            return
        }
    }

    @Test func aCompressedBodyIsRefused() async throws {
        let hub = try HubFixture { _, _, good in
            var answer = good
            answer.headers["Content-Encoding"] = "br"
            return answer
        }
        _ = try await hub.failedPull(DownloadError.self)
        #expect(hub.fetchedWeights == nil)
    }

    // MARK: The disk

    @Test func aPlaceThatCannotBeWrittenIsReported() async throws {
        let hub = try HubFixture()
        // A file where a folder is needed stops even root.
        try hub.home.write("", to: "models")
        let error: ModelCatalogError = try await hub.failedPull()
        guard case .fileSystem = error else {
            Issue.record("expected a file system error, not \(error)")
            return
        }
        #expect(hub.server.requests.isEmpty)
    }

    @Test func aFullDiskIsReported() async throws {
        let hub = try HubFixture()
        let folder = hub.home.url.appendingPathComponent("models/.partial/small", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Writing to this device fails as on a full disk.
        try FileManager.default.createSymbolicLink(
            atPath: folder.appendingPathComponent("model.safetensors.part").path, withDestinationPath: "/dev/full")
        let error: ModelCatalogError = try await hub.failedPull()
        guard case .fileSystem = error else {
            Issue.record("expected a file system error, not \(error)")
            return
        }
        #expect(hub.fetchedWeights == nil)
    }

    @Test func anOldModelStaysUntilTheNewOneIsComplete() async throws {
        let hub = try HubFixture { number, _, good in (1...4).contains(number) ? Answer(status: 500) : good }
        try hub.home.write("old", to: "models/small/model.safetensors")
        _ = try await hub.failedPull(DownloadError.self)
        #expect(hub.fetchedWeights == Array("old".utf8))
        try await hub.pull()
        #expect(hub.fetchedWeights == weights)
        #expect(!hub.home.exists("models/.partial/small.replaced"))
    }
}
