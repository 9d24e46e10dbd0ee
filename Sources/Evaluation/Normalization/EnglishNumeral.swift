/// A word that is a number in digits, perhaps behind a sign: `$3.50`.
struct EnglishNumeral: Sendable, Hashable {
    /// Plus, minus or a currency; empty where there is none.
    let sign: String
    /// Digits of any script, perhaps with a point among them.
    let digits: String

    private static let signs: Set<Unicode.Scalar> = ["-", "+", "£", "€", "$", "¢"]

    init?(_ word: String) {
        let scalars = word.unicodeScalars
        guard let first = scalars.first else { return nil }
        let hasSign = Self.signs.contains(first)
        self.init(sign: hasSign ? String(first) : "", digits: hasSign ? scalars.dropFirst() : scalars[...])
    }

    init?(unsigned word: String) { self.init(sign: "", digits: word.unicodeScalars[...]) }

    private init?(sign: String, digits: Substring.UnicodeScalarView) {
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else { return nil }
        self.sign = sign
        self.digits = String(digits)
    }
}
