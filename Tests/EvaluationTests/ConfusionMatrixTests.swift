import Testing

@testable import Evaluation

@Suite struct ConfusionMatrixTests {
    /// Counted by hand: 3 cats (2 found, 1 taken for a dog), 2 dogs (1 found, 1 taken for a cat), 0 cows.
    private let matrix: ConfusionMatrix = {
        var matrix = ConfusionMatrix(labels: ["cat", "dog", "cow"])
        for (reference, found) in [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0)] {
            matrix.add(reference: reference, found: found)
        }
        return matrix
    }()

    @Test func scoresOfClasses() {
        let scores = matrix.scores
        #expect(scores[0].precision == 2.0 / 3 && scores[0].recall == 2.0 / 3 && scores[0].f1 == 2.0 / 3)
        #expect(scores[1].precision == 0.5 && scores[1].recall == 0.5 && scores[1].f1 == 0.5)
        #expect(scores[2].precision == nil && scores[2].recall == nil && scores[2].f1 == nil)
        #expect(scores.map(\.count) == [3, 2, 0])
        #expect(matrix.accuracy == 0.6 && matrix.itemCount == 5)
        #expect(matrix.macroF1.map { abs($0 - (2.0 / 3 + 0.5) / 2) < 1e-12 } == true)
        #expect(matrix.mistakes.map { [$0.reference, $0.found, $0.count] } == [[0, 1, 1], [1, 0, 1]])
        let empty = ConfusionMatrix(labels: ["a", "b"])
        #expect(empty.accuracy == nil && empty.macroF1 == nil && empty.mistakes.isEmpty)
    }

    /// Two bins by hand: (0.2, 0.4] holds 0.4 wrong and 0.3 right: |1 − 0.7|; (0.8, 1] holds 1 right twice and 0.9 wrong:
    /// |2 − 2.9|.
    @Test func calibrationError() {
        var calibration = Calibration(binCount: 5)
        #expect(calibration.error == nil)
        for (probability, isRight) in [(0.4, false), (0.3, true), (1, true), (1, true), (0.9, false)] {
            calibration.add(probability: probability, isRight: isRight)
        }
        #expect(calibration.bins.map(\.count) == [0, 2, 0, 0, 3])
        #expect(calibration.error.map { abs($0 - (0.3 + 0.9) / 5) < 1e-12 } == true)
        calibration.add(probability: 0, isRight: false)
        #expect(calibration.bins[0].count == 1)
    }
}
