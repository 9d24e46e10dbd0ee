import FoundationEssentials

/// The time that `strftime_now` writes: that of the caller's clock, so that a test, or a text that is to come out the same
/// tomorrow, can choose it.
public struct TemplateTime: Sendable, Equatable {
    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int
    /// 0 is Sunday.
    public var weekday: Int
    /// From 1.
    public var dayOfYear: Int

    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, weekday: Int, dayOfYear: Int
    ) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        (self.weekday, self.dayOfYear) = (weekday, dayOfYear)
    }

    /// Local time now.
    public static var now: TemplateTime { TemplateTime(Date(), in: .current) }

    init(_ date: Date, in zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        self.init(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1, hour: parts.hour ?? 0,
            minute: parts.minute ?? 0, second: parts.second ?? 0, weekday: (parts.weekday ?? 1) - 1,
            dayOfYear: calendar.ordinality(of: .day, in: .year, for: date) ?? 1)
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// As C's `strftime` in English; a letter that is not known here is an error.
    func formatted(_ format: String) throws(ChatTemplateError.Reason) -> String {
        var result = ""
        var rest = format[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            var isPadded = true
            if rest.first == "-" {
                rest.removeFirst()
                isPadded = false
            }
            guard let letter = rest.popFirst(), let text = field(letter, isPadded: isPadded) else {
                throw .unsupportedTimeFormat(format)
            }
            result += text
        }
        return result
    }

    private func field(_ letter: Character, isPadded: Bool) -> String? {
        func digits(_ value: Int, _ count: Int = 2) -> String {
            let text = "\(value)"
            return isPadded ? String(repeating: "0", count: max(0, count - text.count)) + text : text
        }
        let month = Self.months[(month - 1) % 12 < 0 ? 0 : (month - 1) % 12]
        let name = Self.days[weekday % 7 < 0 ? 0 : weekday % 7]
        switch letter {
        case "Y": return "\(year)"
        case "y": return digits(year % 100)
        case "m": return digits(self.month)
        case "B": return month
        case "b", "h": return String(month.prefix(3))
        case "d": return digits(day)
        case "e": return day < 10 && isPadded ? " \(day)" : "\(day)"
        case "A": return name
        case "a": return String(name.prefix(3))
        case "j": return digits(dayOfYear, 3)
        case "H": return digits(hour)
        case "I": return digits((hour + 11) % 12 + 1)
        case "p": return hour < 12 ? "AM" : "PM"
        case "M": return digits(minute)
        case "S": return digits(second)
        case "F": return "\(year)-\(digits(self.month))-\(digits(day))"
        case "T": return "\(digits(hour)):\(digits(minute)):\(digits(second))"
        case "D": return "\(digits(self.month))/\(digits(day))/\(digits(year % 100))"
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return nil
        }
    }
}
