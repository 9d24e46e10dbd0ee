/// Grammars of numbers between two bounds, digit by digit.
///
/// Numbers are written with 15 significant digits at most near a bound: so many decimals are told apart by a `Double`, and
/// nothing that is read with rounding lands on the other side.
enum NumberRanges {
    static let largestDigitCount = 15
    /// Where nothing else bounds an integer.
    static let usualLimit = 999_999_999_999_999
    static let largestLimit = 999_999_999_999_999_999

    // MARK: Integers

    /// The integers from `low` to `high`.
    static func integers(_ low: Int, _ high: Int) -> GrammarExpression {
        guard low <= high else { return .impossible }
        var choices: [GrammarExpression] = []
        if low < 0 {
            let negative = magnitudes(max(1, -min(high, -1)), -low)
            choices.append(.sequence([.text("-"), negative]))
        }
        if high >= 0 { choices.append(magnitudes(max(low, 0), high)) }
        return .choice(choices)
    }

    /// The same for numbers that are not negative.
    private static func magnitudes(_ low: Int, _ high: Int) -> GrammarExpression {
        var choices: [GrammarExpression] = []
        var first = low
        while first <= high {
            // Numbers of one length.
            let lowDigits = digits(first)
            let last = min(high, Int(String(repeating: "9", count: lowDigits.count)) ?? high)
            choices.append(between(lowDigits[...], digits(last)[...]))
            first = last + 1
        }
        return .choice(choices)
    }

    private static func digits(_ value: Int) -> [UInt8] { String(value).utf8.map { $0 - 0x30 } }

    /// Digits from `low` to `high`, which are equally many.
    private static func between(_ low: ArraySlice<UInt8>, _ high: ArraySlice<UInt8>) -> GrammarExpression {
        guard let first = low.first, let last = high.first else { return .nothing }
        let (lowRest, highRest) = (low.dropFirst(), high.dropFirst())
        if low.allSatisfy({ $0 == 0 }), high.allSatisfy({ $0 == 9 }) { return anyDigits(low.count) }
        if first == last { return .sequence([digit(first, first), between(lowRest, highRest)]) }
        let (zeros, nines) = (lowRest.map { _ in UInt8(0) }, lowRest.map { _ in UInt8(9) })
        return .choice([
            .sequence([digit(first, first), between(lowRest, nines[...])]),
            .sequence([digit(first + 1, last - 1), anyDigits(lowRest.count)]),
            .sequence([digit(last, last), between(zeros[...], highRest)]),
        ])
    }

    private static func digit(_ low: UInt8, _ high: UInt8) -> GrammarExpression {
        guard low <= high else { return .impossible }
        return .scalar(ScalarSet([UInt32(low) + 0x30...UInt32(high) + 0x30]))
    }

    private static func anyDigits(_ count: Int) -> GrammarExpression { digits(count, count) }

    private static func digits(_ minimum: Int, _ maximum: Int) -> GrammarExpression {
        guard minimum <= maximum else { return .impossible }
        return .repetition(.scalar(.digits), minimum: minimum, maximum: maximum)
    }

    private static func zeros(_ minimum: Int, _ maximum: Int) -> GrammarExpression {
        .repetition(.text("0"), minimum: minimum, maximum: maximum)
    }

    // MARK: Decimals

    /// The decimals between two bounds of at most 15 digits each, without an exponent.
    static func decimals(_ low: NumberBound?, _ high: NumberBound?) -> GrammarExpression {
        let zero = NumberBound(value: .zero, isExclusive: false)
        var choices: [GrammarExpression] = []
        if high.map({ $0.value >= .zero }) ?? true {
            let reaches = low.map { $0.value >= .zero } ?? false
            choices.append(magnitudes(reaches ? low ?? zero : zero, high))
        }
        if low.map({ $0.value < .zero }) ?? true {
            // The same mirrored, without a negative zero.
            func mirrored(_ bound: NumberBound?) -> NumberBound? {
                bound.map { NumberBound(value: $0.value.negated, isExclusive: $0.isExclusive) }
            }
            let isBelow = high.map { $0.value < .zero } ?? false
            let nearest = isBelow ? mirrored(high) : NumberBound(value: .zero, isExclusive: true)
            choices.append(.sequence([.text("-"), magnitudes(nearest ?? zero, mirrored(low))]))
        }
        return .choice(choices)
    }

    private static func magnitudes(_ low: NumberBound, _ high: NumberBound?) -> GrammarExpression {
        let first = low.value.floor ?? 0
        let room = largestDigitCount - max(low.value.integer.count, high?.value.integer.count ?? 0)
        let lowFraction = low.value.fraction[...]
        guard let high else {
            return .choice([
                .sequence([integers(first, first), atLeast(lowFraction, low.isExclusive, room)]),
                .sequence([integers(first + 1, usualLimit), anyFraction(largestDigitCount)]),
            ])
        }
        let last = high.value.floor ?? 0
        let highFraction = high.value.fraction[...]
        if first == last {
            return .sequence([
                integers(first, first),
                between(lowFraction, low.isExclusive, highFraction, high.isExclusive, room),
            ])
        }
        return .choice([
            .sequence([integers(first, first), atLeast(lowFraction, low.isExclusive, room)]),
            .sequence([integers(first + 1, last - 1), anyFraction(room)]),
            .sequence([integers(last, last), atMost(highFraction, high.isExclusive, room)]),
        ])
    }

    private static func anyFraction(_ room: Int) -> GrammarExpression {
        room < 1 ? .nothing : .optional(.sequence([.text("."), digits(1, room)]))
    }

    /// A fraction that is `fraction` or larger.
    private static func atLeast(_ fraction: ArraySlice<UInt8>, _ isExclusive: Bool, _ room: Int) -> GrammarExpression {
        if fraction.isEmpty, !isExclusive { return anyFraction(room) }
        return .sequence([.text("."), digitsAtLeast(fraction, isExclusive, room)])
    }

    private static func digitsAtLeast(
        _ fraction: ArraySlice<UInt8>, _ isExclusive: Bool, _ room: Int
    ) -> GrammarExpression {
        if fraction.isEmpty, !isExclusive { return digits(0, room) }
        guard room > 0 else { return .impossible }
        let first = fraction.first ?? 0
        return .choice([
            .sequence([digit(first + 1, 9), digits(0, room - 1)]),
            .sequence([digit(first, first), digitsAtLeast(fraction.dropFirst(), isExclusive, room - 1)]),
        ])
    }

    /// A fraction that is `fraction` or smaller, none being the smallest.
    private static func atMost(_ fraction: ArraySlice<UInt8>, _ isExclusive: Bool, _ room: Int) -> GrammarExpression {
        if fraction.isEmpty {
            if isExclusive { return .impossible }
            return room < 1 ? .nothing : .optional(.sequence([.text("."), zeros(1, room)]))
        }
        return .optional(.sequence([.text("."), digitsAtMost(fraction, isExclusive, room)]))
    }

    /// - Parameter fraction: not empty.
    private static func digitsAtMost(
        _ fraction: ArraySlice<UInt8>, _ isExclusive: Bool, _ room: Int
    ) -> GrammarExpression {
        guard let first = fraction.first, room > 0 else { return .impossible }
        let rest = fraction.dropFirst()
        var choices: [GrammarExpression] = []
        if first > 0 { choices.append(.sequence([digit(0, first - 1), digits(0, room - 1)])) }
        if rest.isEmpty {
            if !isExclusive { choices.append(.sequence([digit(first, first), zeros(0, room - 1)])) }
        } else {
            choices.append(
                .sequence([digit(first, first), .optional(digitsAtMost(rest, isExclusive, room - 1))]))
        }
        return .choice(choices)
    }

    /// A fraction from `low` to `high`.
    private static func between(
        _ low: ArraySlice<UInt8>, _ excludesLow: Bool, _ high: ArraySlice<UInt8>, _ excludesHigh: Bool, _ room: Int
    ) -> GrammarExpression {
        var choices: [GrammarExpression] = []
        // No more digits: the number is what stands before, which is not above `high` in any case.
        let endsAtLow = low.isEmpty && !excludesLow
        if endsAtLow, !(high.isEmpty && excludesHigh) { choices.append(.nothing) }
        choices.append(.sequence([.text("."), digitsBetween(low, excludesLow, high, excludesHigh, room)]))
        return .choice(choices)
    }

    private static func digitsBetween(
        _ low: ArraySlice<UInt8>, _ excludesLow: Bool, _ high: ArraySlice<UInt8>, _ excludesHigh: Bool, _ room: Int
    ) -> GrammarExpression {
        guard room > 0, let last = high.first else {
            // Nothing but zeros keeps a number from growing.
            return room > 0 && low.isEmpty && !excludesLow && !excludesHigh ? zeros(1, room) : .impossible
        }
        let first = low.first ?? 0
        guard first <= last else { return .impossible }
        let (lowRest, highRest) = (low.dropFirst(), high.dropFirst())
        let mayEndLow = lowRest.isEmpty && !excludesLow
        if first == last {
            var rests = [digitsBetween(lowRest, excludesLow, highRest, excludesHigh, room - 1)]
            if mayEndLow, !(highRest.isEmpty && excludesHigh) { rests.append(.nothing) }
            return .sequence([digit(first, first), .choice(rests)])
        }
        var choices: [GrammarExpression] = [
            .sequence([digit(first, first), digitsAtLeast(lowRest, excludesLow, room - 1)])
        ]
        if first + 1 < last { choices.append(.sequence([digit(first + 1, last - 1), digits(0, room - 1)])) }
        if highRest.isEmpty {
            if !excludesHigh { choices.append(.sequence([digit(last, last), zeros(0, room - 1)])) }
        } else {
            choices.append(
                .sequence([digit(last, last), .optional(digitsAtMost(highRest, excludesHigh, room - 1))]))
        }
        return .choice(choices)
    }
}
