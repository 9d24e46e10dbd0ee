extension Unicode.Scalar {
    /// The cells that a terminal gives this scalar: 0 for combining marks and controls, 2 for East Asian wide forms and
    /// pictographs, else 1 (Unicode Standard Annex 11, classes W and F).
    var displayWidth: Int {
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        switch value {
        case 0x1160...0x11FF: return 0  // Hangul vowels and finals, drawn inside the syllable's cell pair
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension StringProtocol {
    /// The cells that a terminal needs for this text on one line.
    public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// At most `width` cells of this text, its beginning replaced by `…` where it is longer: the end of a path says
    /// more than its beginning.
    func truncatedAtStart(toWidth width: Int) -> String {
        if displayWidth <= width { return String(self) }
        guard width > 0 else { return "" }
        var kept: [Character] = []
        var used = 1
        for character in reversed() {
            guard used + character.displayWidth <= width else { break }
            used += character.displayWidth
            kept.append(character)
        }
        return "…" + String(kept.reversed())
    }

    /// At most `width` cells of this text.
    func prefix(width: Int) -> String {
        var used = 0
        return String(
            prefix { character in
                used += character.displayWidth
                return used <= width
            })
    }

    /// This text on one line and harmless to a terminal: control characters as escapes.
    public func escapingControlCharacters() -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                result.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Character {
    /// A character is as wide as its widest scalar (a family of joined pictographs fills two cells), a flag two.
    fileprivate var displayWidth: Int {
        let widest = unicodeScalars.reduce(0) { max($0, $1.displayWidth) }
        let asksForPicture = unicodeScalars.contains { $0.value == 0xFE0F }
        return asksForPicture && widest > 0 ? 2 : widest
    }
}
