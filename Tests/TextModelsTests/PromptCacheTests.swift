import Checkpoints
import Foundation
import Synchronization
import TestKit
import Testing

@testable import TextModels

/// Texts that go on with what was read before are those that begin anew.
@Suite struct PromptCacheTests {
    private static func model() throws -> LanguageModel {
        try LanguageModel(ModelFolder(Repository.file("Tests/Fixtures/llama/tiny-text")))
    }

    private static func logits(_ read: inout ReadTokens, _ tokens: [Int], planned: Int = 1) throws -> [Float] {
        try read.read(tokens, planned: planned, checkCancellation: {})
    }

    /// Every step begins with whatever the one before has left; the twin reads everything from the beginning.
    @Test func whatIsTakenOverIsWhatWouldHaveBeenRead() throws {
        let model = try Self.model()
        var read = ReadTokens(model)
        let long = (0..<40).map { ($0 * 37 + 11) % 700 }
        let texts: [[Int]] = [
            Array(long[..<5]), Array(long[..<30]), Array(long[..<30]), Array(long[..<12]),
            Array(long[..<12]) + [3, 4, 5],
            Array(long[..<13]) + [600], [9], long, Array(long[..<1]),
        ]
        for tokens in texts {
            var twin = ReadTokens(model)
            let (actual, expected) = (try Self.logits(&read, tokens), try Self.logits(&twin, tokens))
            #expect(largestRelativeDifference(actual, expected) < 1e-5)
            #expect(read.tokens == tokens)
            // And further from there.
            #expect(try largestRelativeDifference(read.read(17), twin.read(17)) < 1e-5)
        }
    }

    @Test func onlyWhatIsNewIsRead() throws {
        var read = ReadTokens(try Self.model())
        var reused: [Int] = []
        for tokens in [[1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2], [7]] {
            _ = try read.read(tokens, planned: 1, checkCancellation: {}, reports: { reused.append($0) })
        }
        #expect(reused == [0, 3, 5, 1, 0])
    }

    /// With dynamic scaling a longer plan tells positions differently, so nothing may be taken over.
    @Test func aLongerPlanOfDynamicScalingReadsAnew() throws {
        let past = try [8, 32].map { positions in
            try LlamaFixture("dynamic").model.makePast(sequences: 1, positions: positions)
        }
        #expect(past[1].continues(past[0]) == false)
        let plain = try [8, 40].map { try LlamaFixture("plain").model.makePast(sequences: 1, positions: $0) }
        #expect(plain[1].continues(plain[0]))
    }

    @Test func theFileGivesBackWhatWasRead() throws {
        let model = try Self.model()
        let cache = PromptCache(model)
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("cache.safetensors").path
        try PromptCacheFile.write(cache, to: path)
        guard case .absent = try PromptCacheFile.read(path, for: model) else {
            Issue.record("nothing was read, so that nothing is to be written")
            return
        }
        let tokens = [5, 6, 7, 8, 9]
        let expected = try cache.state.withLock { try Self.logits(&$0, tokens) }
        try PromptCacheFile.write(cache, upTo: 4, to: path)
        guard case .cache(let again) = try PromptCacheFile.read(path, for: model) else {
            Issue.record("the cache is not known again")
            return
        }
        #expect(again.tokens == [5, 6, 7, 8])
        let actual = try again.state.withLock { try Self.logits(&$0, tokens) }
        #expect(largestRelativeDifference(actual, expected) < 1e-5)
    }
}
