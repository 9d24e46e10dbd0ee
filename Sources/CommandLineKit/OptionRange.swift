import ArgumentParser

/// Throws unless an option was left out or its value lies in `range`.
public func checkOption<Value: Comparable>(_ name: String, _ value: Value?, _ range: ClosedRange<Value>) throws {
    if let value, !range.contains(value) {
        throw ValidationError("--\(name) \(value) is not possible; give \(range.lowerBound) to \(range.upperBound).")
    }
}
