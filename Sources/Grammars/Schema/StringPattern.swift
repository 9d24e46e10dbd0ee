import JSON

/// A regular expression over the characters of a string: the part of ECMA 262 that has no memory and no look-around.
///
/// Classes as `\w` mean ASCII, and where they are negated, characters of ASCII only: implementations differ about the
/// others, and what is written here has to be right for all of them.
indirect enum StringPattern: Sendable, Hashable {
    case scalar(ScalarSet)
    case sequence([StringPattern])
    case choice([StringPattern])
    case repetition(StringPattern, minimum: Int, maximum: Int?)

    static let anything = StringPattern.repetition(.scalar(.all), minimum: 0, maximum: nil)

    /// The fewest and the most characters that it matches; without a most where there is none.
    var length: (minimum: Int, maximum: Int?) {
        switch self {
        case .scalar: return (1, 1)
        case .sequence(let parts):
            return parts.map(\.length).reduce((0, 0)) { sum, part in
                (Self.clamped(sum.0 + part.minimum), Self.sum(sum.1, part.maximum))
            }
        case .choice(let choices):
            let lengths = choices.map(\.length)
            let hasMaximum = lengths.allSatisfy { $0.maximum != nil }
            return (lengths.map(\.minimum).min() ?? 0, hasMaximum ? lengths.compactMap(\.maximum).max() ?? 0 : nil)
        case .repetition(let body, let minimum, let maximum):
            let length = body.length
            let most =
                length.maximum == 0 ? 0 : maximum.flatMap { count in length.maximum.map { Self.product(count, $0) } }
            return (Self.product(minimum, length.minimum), most)
        }
    }

    /// Beyond this no length matters.
    private static let largestLength = 1 << 40
    private static func clamped(_ length: Int) -> Int { min(length, largestLength) }
    private static func product(_ left: Int, _ right: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? largestLength : clamped(product)
    }
    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        return clamped(left + right)
    }

    /// The same for strings of `minimum` to `maximum` characters only; nil where that cannot be said as a pattern, since
    /// more than one part varies in its length. A choice of nothing where no such string matches.
    func fitted(minimum: Int, maximum: Int?) -> StringPattern? {
        let length = length
        if length.minimum >= minimum, maximum == nil || length.maximum.map({ $0 <= maximum ?? .max }) ?? false {
            return self
        }
        if length.minimum > maximum ?? .max || length.maximum.map({ $0 < minimum }) ?? false { return .choice([]) }
        switch self {
        case .scalar: return self
        case .choice(let choices):
            var fitted: [StringPattern] = []
            for choice in choices {
                guard let choice = choice.fitted(minimum: minimum, maximum: maximum) else { return nil }
                fitted.append(choice)
            }
            return .choice(fitted)
        case .sequence(var parts):
            let varying = parts.indices.filter { parts[$0].length.minimum != parts[$0].length.maximum }
            guard varying.count == 1, let part = varying.first else { return nil }
            let fixed = length.minimum - parts[part].length.minimum
            guard
                let fitted = parts[part].fitted(
                    minimum: max(0, minimum - fixed), maximum: maximum.map { max(0, $0 - fixed) })
            else { return nil }
            parts[part] = fitted
            return .sequence(parts)
        case .repetition(let body, let fewest, let most):
            let each = body.length
            guard each.minimum == each.maximum, each.minimum > 0 else { return nil }
            let low = max(fewest, (minimum + each.minimum - 1) / each.minimum)
            let high = maximum.map { min($0 / each.minimum, most ?? .max) } ?? most
            guard low <= high ?? .max else { return .choice([]) }
            return .repetition(body, minimum: low, maximum: high)
        }
    }

    /// The strings that match, as they stand in JSON, without the quotes.
    var jsonExpression: GrammarExpression {
        switch self {
        case .scalar(let set): Self.json(set)
        case .sequence(let parts): .sequence(parts.map(\.jsonExpression))
        case .choice(let choices): .choice(choices.map(\.jsonExpression))
        case .repetition(let body, let minimum, let maximum):
            .repetition(body.jsonExpression, minimum: minimum, maximum: maximum)
        }
    }

    /// A character as JSON writes it: escaped where it must be, and only there.
    private static func json(_ set: ScalarSet) -> GrammarExpression {
        let escaped = ScalarSet([0...0x1F]).union(ScalarSet("\"\\"))
        var choices: [GrammarExpression] = []
        let plain = set.subtracting(escaped)
        if !plain.isEmpty { choices.append(.scalar(plain)) }
        for range in set.intersection(escaped).ranges {
            for value in range {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let quoted = JSONText.quoted(String(Character(scalar)))
                choices.append(.text(String(quoted.dropFirst().dropLast())))
            }
        }
        return .choice(choices)
    }
}
