import Testing

@testable import Evaluation

@Suite struct AlignmentTests {
    /// The textbook recurrence.
    private func distance(_ reference: [Int], _ hypothesis: [Int]) -> Int {
        var row = Array(0...reference.count)
        for given in hypothesis {
            var diagonal = row[0]
            row[0] += 1
            for (index, expected) in reference.enumerated() {
                (diagonal, row[index + 1]) = (
                    row[index + 1], min(diagonal + (expected == given ? 0 : 1), row[index] + 1, row[index + 1] + 1)
                )
            }
        }
        return row[reference.count]
    }

    /// Applies the edits to the reference; nil where they do not lead to the hypothesis.
    private func leads(_ alignment: Alignment, from reference: [Int], to hypothesis: [Int]) -> Bool {
        var (expected, given) = (reference[...], hypothesis[...])
        for edit in alignment.edits {
            switch edit {
            case .hit: if expected.popFirst() != given.popFirst() { return false }
            case .substitution: if expected.popFirst() == given.popFirst() { return false }
            case .insertion: if given.popFirst() == nil { return false }
            case .deletion: if expected.popFirst() == nil { return false }
            }
        }
        return expected.isEmpty && given.isEmpty
    }

    @Test(arguments: [
        (0, 0), (0, 3), (3, 0), (1, 1), (7, 9), (63, 64), (64, 65), (65, 63), (127, 130), (200, 5), (5, 300),
    ])
    func agreesWithTheTextbook(referenceCount: Int, hypothesisCount: Int) {
        var random = SystemRandomNumberGenerator()
        for alphabet in [2, 3, 40] {
            let reference = (0..<referenceCount).map { _ in Int.random(in: 0..<alphabet, using: &random) }
            let hypothesis = (0..<hypothesisCount).map { _ in Int.random(in: 0..<alphabet, using: &random) }
            let alignment = Alignment(reference: reference, hypothesis: hypothesis)
            #expect(leads(alignment, from: reference, to: hypothesis), "\(reference) \(hypothesis)")
            #expect(alignment.counts.errors == distance(reference, hypothesis), "\(reference) \(hypothesis)")
            #expect(alignment.counts.referenceCount == referenceCount)
        }
    }

    /// Long enough that the table has to be divided (9000 x 9000 cells take 20 MB of bits).
    @Test func longTextsAreDivided() {
        var state: UInt64 = 7
        func next(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33 % bound)
        }
        let reference = (0..<9000).map { _ in next(50) }
        var hypothesis: [Int] = []
        for token in reference {
            switch next(10) {
            case 0: break
            case 1: hypothesis.append(next(50))
            case 2: hypothesis += [token, next(50)]
            default: hypothesis.append(token)
            }
        }
        let alignment = Alignment(reference: reference, hypothesis: hypothesis)
        #expect(leads(alignment, from: reference, to: hypothesis))
        let pattern = BitPattern(reference.map(Int32.init))
        #expect(alignment.counts.errors == Int(pattern.distances(to: hypothesis.map(Int32.init))[9000]))
    }

    @Test func distancesOfEveryBeginning() {
        let reference = (0..<150).map { Int32($0 * $0 % 7) }
        let hypothesis = (0..<90).map { Int32($0 * $0 % 5) }
        let distances = BitPattern(reference).distances(to: hypothesis)
        #expect(
            distances
                == (0...150).map {
                    Int32(distance(reference[..<$0].map(Int.init), hypothesis.map(Int.init)))
                })
    }

    @Test func markedShowsBothTexts() {
        #expect(
            Alignment.marked(reference: "ask what you can do for us", hypothesis: "ask not what you we go for us now")
                == "ask {+not+} what you [-can do-] {+we go+} for us {+now+}")
        #expect(Alignment.marked(reference: "", hypothesis: "a b") == "{+a b+}")
        #expect(Alignment.marked(reference: "a b", hypothesis: "") == "[-a b-]")
        #expect(Alignment.marked(reference: "a\tb", hypothesis: " a  b ") == "a b")
    }
}
