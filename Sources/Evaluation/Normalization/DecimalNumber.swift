/// A whole number of any size, kept in decimal, as number words build it: by powers of ten.
struct DecimalNumber: Sendable, Hashable {
    /// The least significant first; no zeros at the end, none at all for zero.
    private var digits: [UInt8]

    private init(digits: [UInt8]) {
        self.digits = digits
        while self.digits.last == 0 { self.digits.removeLast() }
    }

    /// - Precondition: not negative.
    init(_ value: Int) {
        precondition(value >= 0, "a decimal number of \(value)")
        self.init(digits: String(value).utf8.reversed().map { $0 - 0x30 })
    }

    init(powerOfTen power: Int) { self.init(digits: [UInt8](repeating: 0, count: power) + [1]) }

    /// The number that `text`, digits of any script with at most one point, gives when its point moves `places` to the
    /// right; nil where `text` is something else, or digits are left behind the point.
    init?(_ text: String, movingPoint places: Int = 0) {
        var digits: [UInt8] = []
        var fractionDigits: Int?
        for scalar in text.unicodeScalars {
            if scalar == ".", fractionDigits == nil {
                fractionDigits = 0
            } else if scalar.isDigit, let value = scalar.properties.numericValue {
                digits.append(UInt8(value))
                fractionDigits? += 1
            } else {
                return nil
            }
        }
        guard !digits.isEmpty else { return nil }
        var shift = places - (fractionDigits ?? 0)
        while shift < 0, digits.last == 0 {
            digits.removeLast()
            shift += 1
        }
        if shift < 0, !digits.isEmpty { return nil }
        digits += [UInt8](repeating: 0, count: max(shift, 0))
        self.init(digits: digits.reversed())
    }

    var isZero: Bool { digits.isEmpty }

    var text: String { isZero ? "0" : String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self) }

    /// Whether the last `count` digits are zeros.
    func endsInZeros(_ count: Int) -> Bool { digits.prefix(count).allSatisfy { $0 == 0 } }

    static func + (first: DecimalNumber, second: DecimalNumber) -> DecimalNumber {
        var sum: [UInt8] = []
        var carry: UInt8 = 0
        for index in 0..<max(first.digits.count, second.digits.count) {
            let place = carry + first.digit(index) + second.digit(index)
            sum.append(place % 10)
            carry = place / 10
        }
        return DecimalNumber(digits: sum + [carry])
    }

    /// The last three digits times a power of ten, the others as they are: `two thousand three` before `hundred`.
    func multiplyingThousandths(byPowerOfTen power: Int) -> DecimalNumber {
        let zeros = [UInt8](repeating: 0, count: power)
        let group = DecimalNumber(digits: zeros + digits.prefix(3))
        let rest = DecimalNumber(digits: [0, 0, 0] + digits.dropFirst(3))
        return group + rest
    }

    private func digit(_ index: Int) -> UInt8 { index < digits.count ? digits[index] : 0 }
}
