/// Goes through words and writes the numbers among them in digits.
///
/// A number grows word by word: `twenty` `one` adds, `nineteen` `sixty` stands side by side (1960), `hundred` and its
/// like multiply, and what cannot go on ends it.
struct EnglishNumberReader {
    /// The number read so far.
    private enum Amount {
        case whole(DecimalNumber)
        /// Digits that stand side by side, with a point or zeros in front: no longer added to.
        case digits(String)

        var text: String {
            switch self {
            case .whole(let number): number.text
            case .digits(let text): text
            }
        }
    }

    private var amount: Amount?
    /// The sign that goes before the next thing written.
    private var prefix = ""
    private var written: [String] = []

    static func inDigits(_ words: [String]) -> [String] {
        var reader = EnglishNumberReader()
        let meanings = words.map(EnglishNumberWord.init)
        var index = 0
        while index < words.count {
            let context = Context(
                word: words[index], previous: index > 0 ? meanings[index - 1] : nil,
                next: index + 1 < words.count ? Next(word: words[index + 1], meaning: meanings[index + 1]) : nil)
            index += reader.read(meanings[index], context)
        }
        reader.finishNumber()
        return reader.written
    }

    private struct Next {
        let word: String
        let meaning: EnglishNumberWord?

        var isNumber: Bool { meaning != nil || EnglishNumeral(unsigned: word) != nil }
    }

    private struct Context {
        let word: String
        let previous: EnglishNumberWord?
        let next: Next?
    }

    // MARK: Output

    private mutating func write(_ text: String) {
        written.append(prefix + text)
        prefix = ""
        amount = nil
    }

    private mutating func finishNumber() {
        if let amount { write(amount.text) }
    }

    /// The number as digits to put more behind; a bare zero counts for nothing.
    private var leadingDigits: String {
        switch amount {
        case .whole(let number): number.isZero ? "" : number.text
        case .digits(let text): text
        case nil: ""
        }
    }

    // MARK: Words

    /// Reads a word and says how many were used up.
    private mutating func read(_ meaning: EnglishNumberWord?, _ context: Context) -> Int {
        switch meaning {
        case nil:
            if let numeral = EnglishNumeral(context.word) {
                read(numeral)
            } else {
                finishNumber()
                write(context.word)
            }
        case .zero: amount = .digits(leadingDigits + "0")
        case .unit(let value, let suffix), .ten(let value, let suffix):
            append(value, after: context.previous)
            end(with: suffix)
        case .multiplier(let power, let suffix):
            multiply(byPowerOfTen: power)
            end(with: suffix)
        case .sign(let sign):
            finishNumber()
            if context.next?.isNumber == true { prefix = sign } else { write(context.word) }
        case .currency(let sign):
            if amount != nil { prefix = sign }
            write(amount?.text ?? context.word)
        case .percent: write(amount.map { $0.text + "%" } ?? context.word)
        case .per:
            if amount != nil, context.next?.word == "cent" {
                end(with: "%")
                return 2
            }
            finishNumber()
            write(context.word)
        case .and, .point, .times:
            guard let next = context.next, next.isNumber else {
                finishNumber()
                write(context.word)
                return 1
            }
            return readLink(meaning, context, next)
        }
        return 1
    }

    /// Words that do something only where a number follows.
    private mutating func readLink(_ meaning: EnglishNumberWord?, _ context: Context, _ next: Next) -> Int {
        switch meaning {
        case .point:
            if next.meaning?.isDecimal ?? true { amount = .digits(leadingDigits + ".") }
        case .times(let count):
            let digit: Int? =
                switch next.meaning {
                case .zero: 0
                case .unit(let value, nil): value
                default: nil
                }
            if let digit {
                amount = .digits(leadingDigits + String(repeating: String(digit), count: count))
                return 2
            }
            finishNumber()
            write(context.word)
        default:
            // `and` says nothing after `hundred` and its like.
            if context.previous?.isMultiplier != true {
                finishNumber()
                write(context.word)
            }
        }
        return 1
    }

    private mutating func read(_ numeral: EnglishNumeral) {
        if case .digits(let text) = amount, text.hasSuffix(".") {
            amount = .digits(text + numeral.sign + numeral.digits)
            return
        }
        finishNumber()
        if !numeral.sign.isEmpty { prefix = numeral.sign }
        amount = DecimalNumber(numeral.digits).map(Amount.whole) ?? .digits(numeral.digits)
    }

    /// Adds to the number where there are zeros to take it, else puts it beside.
    private mutating func append(_ value: Int, after previous: EnglishNumberWord?) {
        let number = DecimalNumber(value)
        switch amount {
        case nil: amount = .whole(number)
        case .digits(let text):
            let takesLastZero = previous?.isTen == true && value < 10
            amount = .digits((takesLastZero ? String(text.dropLast()) : text) + number.text)
        case .whole(let sum):
            let hasRoom = previous?.isUnit != true && sum.endsInZeros(value < 10 ? 1 : 2)
            amount = hasRoom ? .whole(sum + number) : .digits(sum.text + number.text)
        }
    }

    private mutating func multiply(byPowerOfTen power: Int) {
        switch amount {
        case nil: amount = .whole(DecimalNumber(powerOfTen: power))
        case .whole(let number): amount = .whole(number.multiplyingThousandths(byPowerOfTen: power))
        case .digits(let text):
            if let product = DecimalNumber(text, movingPoint: power) {
                amount = .whole(product)
            } else {
                finishNumber()
                multiply(byPowerOfTen: power)
            }
        }
    }

    /// Writes the number with a suffix; without one it may go on.
    private mutating func end(with suffix: String?) {
        if let suffix, let amount { write(amount.text + suffix) }
    }
}
