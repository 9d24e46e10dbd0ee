/// A number by its decimal digits, exact.
struct DecimalNumber: Comparable {
    let isNegative: Bool
    /// Without leading zeros; a lone 0 where the number is smaller than 1.
    let integer: [UInt8]
    /// Without trailing zeros.
    let fraction: [UInt8]

    static let zero = DecimalNumber(isNegative: false, integer: [0], fraction: [])

    private init(isNegative: Bool, integer: [UInt8], fraction: [UInt8]) {
        var integer = Array(integer.drop { $0 == 0 })
        if integer.isEmpty { integer = [0] }
        var fraction = fraction
        while fraction.last == 0 { fraction.removeLast() }
        (self.integer, self.fraction) = (integer, fraction)
        self.isNegative = isNegative && !(integer == [0] && fraction.isEmpty)
    }

    init(_ value: Int) {
        self.init(isNegative: value < 0, integer: String(value.magnitude).utf8.map { $0 - 0x30 }, fraction: [])
    }

    /// The shortest decimal that rounds to `value`; nil beyond 10⁴⁰ and below 10⁻⁴⁰.
    init?(_ value: Double) {
        let parts = "\(value.magnitude)".split(separator: "e")
        let digits = parts[0].split(separator: ".")
        guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) <= 40 else { return nil }
        var integer = (digits.first ?? "0").utf8.map { $0 &- 0x30 }
        var fraction = digits.count > 1 ? digits[1].utf8.map { $0 &- 0x30 } : []
        for _ in 0..<max(exponent, 0) { integer.append(fraction.isEmpty ? 0 : fraction.removeFirst()) }
        for _ in 0..<max(-exponent, 0) { fraction.insert(integer.popLast() ?? 0, at: 0) }
        guard (integer + fraction).allSatisfy({ $0 < 10 }) else { return nil }
        self.init(isNegative: value < 0, integer: integer, fraction: fraction)
    }

    var digitCount: Int { integer.count + fraction.count }
    var isInteger: Bool { fraction.isEmpty }
    var negated: DecimalNumber { DecimalNumber(isNegative: !isNegative, integer: integer, fraction: fraction) }

    /// The largest integer that is not above it; nil where it does not fit.
    var floor: Int? {
        guard integer.count <= 18 else { return nil }
        let magnitude = integer.reduce(0) { $0 * 10 + Int($1) }
        guard isNegative else { return magnitude }
        return isInteger ? -magnitude : -magnitude - 1
    }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isLess(right, left) : isLess(left, right)
    }

    private static func isLess(_ left: DecimalNumber, _ right: DecimalNumber) -> Bool {
        if left.integer.count != right.integer.count { return left.integer.count < right.integer.count }
        if left.integer != right.integer { return left.integer.lexicographicallyPrecedes(right.integer) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }
}

/// An end of a range of numbers.
struct NumberBound: Equatable {
    var value: DecimalNumber
    var isExclusive: Bool
}
