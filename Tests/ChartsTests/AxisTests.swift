import Testing

@testable import Charts

@Suite struct AxisTests {
    @Test func ticksAreRoundNumbers() {
        let axis = Axis(covering: [0.31, 4.4], tickCount: 5, isRounded: true)
        #expect(axis.ticks == [0, 1, 2, 3, 4, 5] && axis.lower == 0 && axis.upper == 5)
        let steps = Axis(covering: [1, 2000], tickCount: 8, isRounded: false)
        #expect(steps.lower == 1 && steps.upper == 2000)
        #expect(steps.ticks == [500, 1000, 1500, 2000])
        #expect(steps.ticks.map(steps.label) == ["500", "1,000", "1,500", "2,000"])
        let narrow = Axis(covering: [1.234, 1.2389], tickCount: 5, isRounded: true)
        #expect(narrow.ticks.map(narrow.label) == ["1.234", "1.235", "1.236", "1.237", "1.238", "1.239"])
    }

    @Test(arguments: [[], [3], [0, 0], [.nan, .infinity], [-5, -5]] as [[Double]])
    func emptyRangesHaveAScaleToo(values: [Double]) {
        let axis = Axis(covering: values, tickCount: 4, isRounded: true)
        #expect(axis.lower < axis.upper && !axis.ticks.isEmpty && axis.ticks.allSatisfy(\.isFinite))
    }

    @Test func numbersAsText() {
        #expect(decimal(1234567.891, places: 2) == "1,234,567.89")
        #expect(decimal(-0.5, places: 1) == "-0.5" && decimal(-0.001, places: 2) == "0.00")
        #expect(decimal(999, places: 0) == "999" && decimal(1000, places: 0) == "1,000")
    }
}
