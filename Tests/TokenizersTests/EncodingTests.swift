import Foundation
import Testing

@testable import Tokenizers

@Suite("Encoding equals Hugging Face tokenizers")
struct EncodingTests {
    @Test(
        "ids under every supported setting",
        arguments: Fixture.variants.variants)
    func variant(_ variant: Fixture.Variant) throws {
        let tokenizer = try Fixture.tokenizer(variant)
        let plain = Fixture.variants.variants[0].ids
        #expect(variant.ids.count > 100)
        for (number, ids) in variant.ids.enumerated() {
            let text = Fixture.variants.texts[number]
            let expected = try #require(ids ?? plain[number])
            let found = try tokenizer.encode(text)
            #expect(found == expected, "\(text.debugDescription)")
        }
    }

    @Test("decoding what was encoded gives the text, whatever it is")
    func roundTrip() throws {
        let tokenizer = try Fixture.plainTokenizer()
        for text in Fixture.variants.texts {
            let decoded = tokenizer.decode(try tokenizer.encode(text))
            #expect(decoded.utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
        }
    }

    @Test("every scalar makes the round trip")
    func allScalars() throws {
        let tokenizer = try Fixture.plainTokenizer()
        for start in stride(from: UInt32(0), to: 0x110000, by: 0x800) {
            var text = ""
            for value in start..<start + 0x800 {
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let decoded = tokenizer.decode(try tokenizer.encode(text))
            #expect(decoded.utf8.elementsEqual(text.utf8), "from \(start)")
        }
    }

    @Test("a second call, with words remembered, gives the same ids")
    func cache() throws {
        let tokenizer = try Fixture.plainTokenizer()
        let text = Fixture.variants.texts.joined(separator: " ")
        let first = try tokenizer.encode(text)
        #expect(try tokenizer.encode(text) == first)
    }

    @Test("words beyond the number that is remembered")
    func fullCache() throws {
        let tokenizer = try Fixture.plainTokenizer()
        let text = (0..<WordCache.maximumCount + 1000).map { " \($0)" }.joined()
        let ids = try tokenizer.encode(text)
        #expect(tokenizer.decode(ids) == text)
        #expect(try tokenizer.encode(text) == ids)
    }

    @Test("several threads at once")
    func concurrently() async throws {
        let tokenizer = try Fixture.plainTokenizer()
        let texts = Fixture.variants.texts
        let plain = Fixture.variants.variants[0].ids
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for (text, expected) in zip(texts, plain) where try tokenizer.encode(text) != expected {
                        return false
                    }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    /// Processor time of this thread: the machine may be busy with other things.
    private func secondsOfProcessorTime(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        try body()
        return now() - start
    }

    @Test("a word of a million letters takes no quadratic time", arguments: ["a", "the", "é", " ", "=-"])
    func longWord(_ unit: String) throws {
        let tokenizer = try Fixture.plainTokenizer()
        let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        var ids: [Int] = []
        let seconds = try secondsOfProcessorTime { ids = try tokenizer.encode(text) }
        #expect(tokenizer.decode(ids) == text)
        // 0.1 s optimised; a quadratic search would need hours.
        #expect(seconds < 20)
    }

    @Test("merging by heap and by looking at all pairs agree with merging by the definition")
    func mergeOrder() throws {
        var merges = MergeTable(capacity: 200)
        var generator = SystemRandomNumberGenerator()
        var defined: [[Int32]: MergeTable.Merge] = [:]
        // Tokens 0 to 3 are letters; each merge makes a new token of two that exist.
        for rank in 0..<60 {
            let pair = [Int32.random(in: 0..<Int32(4 + rank)), Int32.random(in: 0..<Int32(4 + rank))]
            guard defined[pair] == nil else { continue }
            let merge = MergeTable.Merge(rank: Int32(rank), id: Int32(4 + rank))
            merges.insert(pair[0], pair[1], merge)
            defined[pair] = merge
        }
        var merger = WordMerger(merges)
        for length in [1, 2, 3, 10, 47, 48, 49, 50, 100, 300] {
            for _ in 0..<20 {
                let word = (0..<length).map { _ in Int32.random(in: 0..<4, using: &generator) }
                var expected = word
                while let best = expected.indices.dropLast().filter({
                    defined[[expected[$0], expected[$0 + 1]]] != nil
                })
                .min(by: { rank(defined, expected, $0) < rank(defined, expected, $1) }) {
                    expected[best] = defined[[expected[best], expected[best + 1]]]?.id ?? -1
                    expected.remove(at: best + 1)
                }
                var found = word
                merger.merge(&found)
                #expect(found == expected, "\(word)")
            }
        }
    }

    private func rank(_ merges: [[Int32]: MergeTable.Merge], _ word: [Int32], _ index: Int) -> Int32 {
        merges[[word[index], word[index + 1]]]?.rank ?? .max
    }
}
