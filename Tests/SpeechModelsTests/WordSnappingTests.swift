import Tensors
import TestKit
import Testing

@testable import SpeechModels

struct WordSnappingTests {
    private func snapped(
        _ words: [ClosedRange<Double>], _ silences: [ClosedRange<Double>], duration: Double = 10
    ) -> [ClosedRange<Double>] {
        WordSnapping(silences: silences, duration: duration)(words)
    }

    @Test func boundariesMoveToTheEdgesOfSilences() {
        #expect(snapped([1...2.6, 2.6...4], [2...3]) == [1...2, 3...4])
        // The second word began before the pause by mistake.
        #expect(snapped([1...1.95, 1.95...4], [2...3]) == [1...1.95, 3...4])
        #expect(snapped([1...3.04, 3.04...4], [2...3]) == [1...2, 3.04...4])
        #expect(snapped([0...1], [0...0.4]) == [0.4...1])
        #expect(snapped([8...10], [9...10]) == [8...9])
    }

    @Test func aWordInsideASilenceGoesToTheNearerEdge() {
        expectClose(snapped([2.2...2.4], [2...3])[0], 1.96...2)
        expectClose(snapped([2.7...2.9], [2...3])[0], 3...3.04)
        // At the beginning there is only one.
        expectClose(snapped([0.1...0.2], [0...3])[0], 3...3.04)
        // Two of them, and the words before and after make room.
        let crowd = snapped([1...2, 2.1...2.2, 2.3...2.4, 3...3.02, 3.02...4], [2...3])
        expectClose(crowd[0], 1...1.92)
        expectClose(crowd[1], 1.92...1.96)
        expectClose(crowd[2], 1.96...2)
        expectClose(crowd[3], 3...3.04)
        expectClose(crowd[4], 3.04...4)
    }

    @Test func aLongWordMayHoldAPause() {
        #expect(snapped([1...4], [2...3]) == [1...4])
    }

    @Test func silenceEverywhereChangesNothing() {
        #expect(snapped([1...2, 2...5], [0...10]) == [1...2, 2...5])
        #expect(snapped([], [0...1]).isEmpty)
    }

    private func expectClose(
        _ actual: ClosedRange<Double>, _ expected: ClosedRange<Double>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(abs(actual.lowerBound - expected.lowerBound) < 1e-9, sourceLocation: sourceLocation)
        #expect(abs(actual.upperBound - expected.upperBound) < 1e-9, sourceLocation: sourceLocation)
    }

    /// Random words and silences: order, no overlap, inside the window, no boundary in a silence; and done once is done.
    @Test(arguments: 1...300) func properties(seed: Int) {
        var random = RandomSource(seed: UInt64(seed))
        func times(_ count: Int) -> [Double] { (0..<count).map { _ in Double(random.uniform()) * 10 }.sorted() }
        let words = times(2 * Int(random.next() % 30)).pairs
        // Silences in practice are 0.2 s long at least; here they may be shorter.
        let silences = times(2 * Int(random.next() % 6)).pairs.filter { $0.lowerBound < $0.upperBound }
        let result = snapped(words, silences)
        #expect(result.count == words.count)
        for (word, next) in zip(result, result.dropFirst()) { #expect(word.upperBound <= next.lowerBound) }
        if let first = result.first, let last = result.last { #expect(first.lowerBound >= 0 && last.upperBound <= 10) }
        for time in result.flatMap({ [$0.lowerBound, $0.upperBound] }) {
            #expect(!silences.contains { $0.lowerBound < time && time < $0.upperBound })
        }
        let again = snapped(result, silences)
        for (once, twice) in zip(result, again) { expectClose(twice, once) }
    }
}

extension [Double] {
    /// 0…1, 2…3 and so on.
    fileprivate var pairs: [ClosedRange<Double>] {
        stride(from: 0, to: count, by: 2).map { self[$0]...self[$0 + 1] }
    }
}
