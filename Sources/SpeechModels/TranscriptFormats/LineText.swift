extension String {
    /// This text as one line that says no more than its words: white space that would end a line or a field becomes a
    /// space, other control characters go, and nothing blank stands at either end.
    func onOneLine() -> String { withoutControlCharacters().trimmed() }

    /// The same with the spaces at the ends, which part a word from its neighbours.
    func withoutControlCharacters() -> String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                if scalar.properties.isWhitespace, result.last != " " { result.append(" ") }
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

/// Seconds as whole milliseconds, rounded to the nearest; times that no recording has become its beginning or end.
func milliseconds(_ seconds: Double) -> Int {
    seconds.isFinite ? Int((min(max(seconds, 0), 1e9) * 1000).rounded()) : 0
}

/// `00:01:02,345`.
func timecode(milliseconds: Int, decimalMark: String) -> String {
    let whole = milliseconds / 1000
    return [padded(whole / 3600, 2), padded(whole / 60 % 60, 2), padded(whole % 60, 2)].joined(separator: ":")
        + decimalMark + padded(milliseconds % 1000, 3)
}

/// `value` with zeros before it, to at least `width` digits.
func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
