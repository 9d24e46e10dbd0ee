public import Tensors
public import Testing

/// Expects the same shape and, element by element, |actual - expected| ≤ absolute + relative · |expected|; the worst
/// element is reported.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, relative: Float = 1e-5, absolute: Float = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.shape == expected.shape, sourceLocation: sourceLocation)
    guard actual.shape == expected.shape else { return }
    expectClose(
        actual.floats(), expected.floats(), relative: relative, absolute: absolute, sourceLocation: sourceLocation)
}

/// The same for plain arrays, which must be of equal length.
public func expectClose(
    _ actual: [Float], _ expected: [Float], relative: Float = 1e-5, absolute: Float = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.count == expected.count, sourceLocation: sourceLocation)
    guard actual.count == expected.count else { return }
    var worst: (excess: Float, index: Int) = (-.infinity, 0)
    for (index, (a, e)) in zip(actual, expected).enumerated() where a != e {
        let difference = abs(a - e)
        // A NaN on one side only is the worst of all.
        let excess = difference.isNaN ? (a.isNaN && e.isNaN ? 0 : .infinity) : difference - absolute - relative * abs(e)
        if excess > worst.excess { worst = (excess, index) }
    }
    guard worst.excess > 0 else { return }
    Issue.record(
        "element \(worst.index) is \(actual[worst.index]), expected \(expected[worst.index]) (within \(relative) relative, \(absolute) absolute)",
        sourceLocation: sourceLocation)
}

/// The largest absolute difference over the largest absolute expected value: the measure in which parity is stated.
public func largestRelativeDifference(_ actual: [Float], _ expected: [Float]) -> Float {
    guard actual.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let difference = zip(actual, expected).reduce(Float(0)) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference)
    }
    return difference / max(scale, .leastNormalMagnitude)
}
