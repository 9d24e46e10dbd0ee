import Optimizers
import Testing

@Suite struct ScheduleTests {
    @Test func warmUpRisesToThePeakAndNeverRestsAtZero() {
        for curve in [LearningRateSchedule.Curve.constant, .linear, .cosine, .inverseSquareRoot] {
            let schedule = LearningRateSchedule(curve, peak: 2, warmUpSteps: 4)
            #expect((0..<4).map { schedule.rate(step: $0, end: 10) } == [0.5, 1, 1.5, 2])
        }
    }

    @Test func curvesAfterWarmUp() {
        let linear = LearningRateSchedule(.linear, peak: 1, warmUpSteps: 2, finalFraction: 0.5)
        #expect((2...8).map { linear.rate(step: $0, end: 6) } == [1, 0.875, 0.75, 0.625, 0.5, 0.5, 0.5])
        let cosine = LearningRateSchedule(.cosine, peak: 1, warmUpSteps: 2)
        #expect(cosine.rate(step: 2, end: 6) == 1)
        #expect(abs(cosine.rate(step: 4, end: 6) - 0.5) < 1e-15)
        #expect(cosine.rate(step: 6, end: 6) == 0 && cosine.rate(step: 7, end: 6) == 0)
        let root = LearningRateSchedule(.inverseSquareRoot, peak: 1, warmUpSteps: 4)
        #expect(root.rate(step: 15) == 0.5 && root.rate(step: 63) == 0.25)
        #expect(LearningRateSchedule(.inverseSquareRoot, peak: 1).rate(step: 0) == 1)
        let steps = LearningRateSchedule(.step(interval: 3, factor: 0.5), peak: 1, warmUpSteps: 1)
        #expect((0...7).map { steps.rate(step: $0) } == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    }

    /// Time may be what ends a run, alone or before the steps do.
    @Test func curvesFollowTheTimeThatIsLeft() {
        let linear = LearningRateSchedule(.linear, peak: 1, warmUpSteps: 2)
        #expect([0.0, 0.25, 1, 1.5].map { linear.rate(step: 9, elapsed: $0) } == [1, 0.75, 0, 0])
        #expect(linear.rate(step: 0, elapsed: 0.9) == 0.5)
        #expect(
            linear.rate(step: 4, end: 6, elapsed: 0.25) == 0.5 && linear.rate(step: 4, end: 6, elapsed: 0.75) == 0.25)
    }

    @Test func onlyCurvesThatLeadSomewhereNeedAnEnd() {
        #expect(LearningRateSchedule(.cosine, peak: 1).needsEnd && LearningRateSchedule(.linear, peak: 1).needsEnd)
        #expect(!LearningRateSchedule(.inverseSquareRoot, peak: 1).needsEnd)
        #expect(!LearningRateSchedule(.plateau(patience: 1, factor: 0.1), peak: 1).needsEnd)
    }
}
