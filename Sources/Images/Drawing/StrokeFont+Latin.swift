import Geometry

/// Letters of European languages beside ASCII: a letter with a mark, or strokes of their own.
extension StrokeFont {
    /// A sign over or under a letter. Its strokes stand about the letter's middle; `y` counts from the top of the letter,
    /// or from the base line for what hangs below.
    enum Mark: String, CaseIterable {
        case acute = "P -1 2 P 1.6 4.4"
        case grave = "P 1 2 P -1.6 4.4"
        case circumflex = "P -2.4 2 P 0 4.4 P 2.4 2"
        case caron = "P -2.4 4.4 P 0 2 P 2.4 4.4"
        case diaeresis = "P -2 3 P -2 3.1 ; P 2 3 P 2 3.1"
        case doubleAcute = "P -2.4 2 P -0.6 4.4 ; P 0.8 2 P 2.6 4.4"
        case tilde = "A -1.4 2.8 1.4 1.2 180 0 A 1.4 2.8 1.4 1.2 180 360"
        case breve = "A 0 4.4 2.4 2.2 180 360"
        case macron = "P -2.4 3 P 2.4 3"
        case dot = "P 0 3.2 P 0 3.3"
        case ring = "A 0 3.6 1.5 1.6 0 360"
        case cedilla = "P 0 0 P 0.2 -1.2 A -0.2 -2.4 1.5 1.3 70 -140"
        case ogonek = "A 1.8 -2 1.8 2.2 110 290"

        var hangs: Bool { self == .cedilla || self == .ogonek }
    }

    /// The letters that have a mark, and what carries it, in the same order.
    static let marked: [(Mark, letters: String, bases: String)] = [
        (.acute, "ÁÉÍÓÚÝĆŃŚŹáéíóúýćńśź", "AEIOUYCNSZaeıouycnsz"),
        (.grave, "ÀÈÌÒÙàèìòù", "AEIOUaeıou"),
        (.circumflex, "ÂÊÎÔÛâêîôû", "AEIOUaeıou"),
        (.caron, "ČĎĚŇŘŠŤŽčěňřšž", "CDENRSTZcenrsz"),
        (.diaeresis, "ÄËÏÖÜŸäëïöüÿ", "AEIOUYaeıouy"),
        (.doubleAcute, "ŐŰőű", "OUou"),
        (.tilde, "ÃÑÕãñõ", "ANOano"),
        (.breve, "ĂĞăğ", "AGag"),
        (.macron, "ĀĒĪŌŪāēīōū", "AEIOUaeıou"),
        (.dot, "ĖİŻėż", "EIZez"),
        (.ring, "ÅŮåů", "AUau"),
        (.cedilla, "ÇŞŢçşţ", "CSTcst"),
        (.ogonek, "ĄĘĮąęį", "AEIaei"),
    ]

    static let latinOutlines: [Character: String] = [
        "ı": "P 0.8 10 P 0.8 0",
        "ß": "P 0 0 P 0 10.6 A 3 10.6 3 3.4 180 -75 P 3.6 7.3 A 3.6 3.7 3.8 3.7 90 -110",
        "Æ": "P 0 0 P 6.6 14 P 13.6 14 ; P 7.4 14 P 7.4 0 P 13.8 0 ; P 2.2 4.6 P 7.4 4.6 ; P 7.4 7.3 P 12.8 7.3",
        "æ": "A 3.4 5 3.4 5 0 360 ; P 6.8 10 P 6.8 0 ; P 6.8 5.2 P 13.4 5.2 A 10 5 3.4 5 3 312",
        "Œ": "A 5 7 5 7 60 300 ; P 7.4 14 P 7.4 0 ; P 13.6 14 P 7.4 14 ; P 7.4 0 P 13.8 0 ; P 7.4 7.3 P 12.8 7.3",
        "œ": "A 3.6 5 3.6 5 0 360 ; P 7.2 5.2 P 14.2 5.2 A 10.7 5 3.5 5 3 312",
        "Ø": "A 6.3 7 6.3 7 0 360 ; P 1 -0.8 P 11.6 14.8", "ø": "A 4.1 5 4.1 5 0 360 ; P 0.2 -0.8 P 8 10.8",
        "Ł": "P 1.6 14 P 1.6 0 P 9 0 ; P 0 5.6 P 5 9", "ł": "P 2 14 P 2 0 ; P 0 5.6 P 4 8.4",
        "Đ": "P 1.6 0 P 1.6 14 P 5.6 14 A 5.6 7 6 7 90 -90 P 1.6 0 ; P 0 7.2 P 5.4 7.2",
        "đ": "P 7.6 14 P 7.6 0 ; A 3.8 5 3.8 5 0 360 ; P 5 12 P 9.4 12",
        // What is a hook on other letters is an apostrophe on tall ones.
        "ť": "P 1.9 13 P 1.9 3 A 4.4 3 2.5 3 180 285 ; P 0 9.9 P 4.8 9.9 ; P 6.4 14 P 5.8 11.6",
        "ď": "P 7.6 14 P 7.6 0 ; A 3.8 5 3.8 5 0 360 ; P 10.2 14 P 9.6 11.6",
        "ľ": "P 0.8 14 P 0.8 0 ; P 3.4 14 P 2.8 11.6", "Ľ": "P 0 14 P 0 0 P 7.4 0 ; P 4 14 P 3.4 11.6",
        "¿": "A 3.6 3.4 3.6 3.4 -15 -230 P 3.6 7.8 P 3.6 9.6 ; P 3.6 13.8 P 3.6 13.9",
        "¡": "P 0.8 0 P 0.8 9.6 ; P 0.8 13.8 P 0.8 13.9",
        "–": "P 0 5.2 P 7.4 5.2", "—": "P 0 5.2 P 12 5.2", "’": "P 0.9 14 P 0 10.8", "‘": "P 0 14 P 0.9 10.8",
        "“": "P 0 14 P 0.9 10.8 ; P 2.8 14 P 3.7 10.8", "”": "P 0.9 14 P 0 10.8 ; P 3.7 14 P 2.8 10.8",
        "…": "P 0.8 0.1 P 0.8 0.2 ; P 5 0.1 P 5 0.2 ; P 9.2 0.1 P 9.2 0.2",
        "°": "A 2 11.6 2 2.2 0 360", "·": "P 0.8 6 P 0.8 6.1", "×": "P 0 9 P 7 2 ; P 7 9 P 0 2",
        "±": "P 0 7 P 8 7 ; P 4 11 P 4 3 ; P 0 0 P 8 0", "²": "A 2 11.6 1.9 2 165 -28 P 0 7 P 4 7",
        "µ": "P 0 10 P 0 -4 ; P 0 4 A 3.6 4 3.6 4 180 360 ; P 7.2 10 P 7.2 0",
        "€": "A 7 7 6 7 48 312 ; P 0 8.6 P 8 8.6 ; P 0 5.4 P 7.4 5.4",
    ]

    /// The strokes of a letter with those of its mark.
    static func combined(_ base: Glyph, _ mark: Mark) -> Glyph {
        let points = base.strokes.joined()
        let (left, right) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        let top = mark.hangs ? 0 : points.map(\.y).max() ?? 0
        let sign = glyph(mark.rawValue).strokes.map { stroke in
            stroke.map { Point($0.x + (left + right) / 2, $0.y + top) }
        }
        return Glyph(strokes: base.strokes + sign, advance: base.advance)
    }
}
