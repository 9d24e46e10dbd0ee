/// What a word means where numbers are read.
enum EnglishNumberWord: Sendable, Hashable {
    case zero
    /// One to nineteen; with a suffix an ordinal or a plural, which ends the number.
    case unit(Int, suffix: String?)
    /// Twenty to ninety.
    case ten(Int, suffix: String?)
    /// Hundred, thousand and so on.
    case multiplier(powerOfTen: Int, suffix: String?)
    /// Goes before the number that follows.
    case sign(String)
    /// Goes before the number that came.
    case currency(String)
    case percent
    /// Percent together with `cent`.
    case per
    case and
    case point
    /// `double` and `triple`: the digit that follows, that many times.
    case times(Int)

    init?(_ word: String) {
        guard let known = Self.meanings[word] else { return nil }
        self = known
    }

    /// One to nineteen as a word of its own.
    var isUnit: Bool { if case .unit(_, nil) = self { true } else { false } }

    var isTen: Bool { if case .ten(_, nil) = self { true } else { false } }

    var isMultiplier: Bool { if case .multiplier(_, nil) = self { true } else { false } }

    /// May follow `point`.
    var isDecimal: Bool { self == .zero || isUnit || isTen }

    private static let meanings: [String: EnglishNumberWord] = {
        var meanings: [String: EnglishNumberWord] = [
            "o": .zero, "oh": .zero, "zero": .zero, "zeroth": .unit(0, suffix: "th"),
            "minus": .sign("-"), "negative": .sign("-"), "plus": .sign("+"), "positive": .sign("+"),
            "percent": .percent, "per": .per, "and": .and, "point": .point, "double": .times(2), "triple": .times(3),
        ]
        for (name, sign) in [("pound", "£"), ("euro", "€"), ("dollar", "$"), ("cent", "¢")] {
            meanings[name] = .currency(sign)
            meanings[name + "s"] = .currency(sign)
        }
        for (index, name) in units.enumerated() {
            meanings[name] = .unit(index + 1, suffix: nil)
            meanings[name == "six" ? "sixes" : name + "s"] = .unit(index + 1, suffix: "s")
            let (ordinal, suffix) = irregularOrdinals[name] ?? (name + (name.hasSuffix("t") ? "h" : "th"), "th")
            meanings[ordinal] = .unit(index + 1, suffix: suffix)
        }
        for (index, name) in tens.enumerated() {
            let value = 10 * (index + 2)
            meanings[name] = .ten(value, suffix: nil)
            meanings[name.dropLast() + "ies"] = .ten(value, suffix: "s")
            meanings[name.dropLast() + "ieth"] = .ten(value, suffix: "th")
        }
        for (name, power) in multipliers {
            meanings[name] = .multiplier(powerOfTen: power, suffix: nil)
            meanings[name + "s"] = .multiplier(powerOfTen: power, suffix: "s")
            meanings[name + "th"] = .multiplier(powerOfTen: power, suffix: "th")
        }
        return meanings
    }()

    private static let units = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]

    private static let irregularOrdinals = [
        "one": ("first", "st"), "two": ("second", "nd"), "three": ("third", "rd"), "five": ("fifth", "th"),
        "twelve": ("twelfth", "th"),
    ]

    private static let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

    private static let multipliers = [
        ("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12), ("quadrillion", 15),
        ("quintillion", 18), ("sextillion", 21), ("septillion", 24), ("octillion", 27), ("nonillion", 30),
        ("decillion", 33),
    ]
}
