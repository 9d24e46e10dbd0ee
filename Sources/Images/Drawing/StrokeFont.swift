package import Geometry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Latin letters and common signs as strokes of a round pen, so that pictures need no font of the system.
///
/// A glyph is written as strokes between semicolons. `P x y` leads to a point; `A x y rx ry a b` follows an ellipse around
/// (x, y) from angle a to b, in degrees, counter-clockwise where b is larger. Units: capitals are 14 high, small letters
/// 10; y points upwards from the base line.
package struct StrokeFont: Sendable {
    package struct Glyph: Sendable {
        package let strokes: [[Point]]
        /// From this glyph's origin to the next one's.
        package let advance: Double
    }

    package static let standard = StrokeFont()

    package static let capitalHeight = 14.0
    /// Capitals over the size of a font, as in common typefaces.
    package static let capitalFraction = 0.72
    private static let space = 5.5
    private static let gap = 3.5

    private let glyphs: [Character: Glyph]
    private let unknown: Glyph

    private init() {
        var glyphs = Self.outlines.merging(Self.latinOutlines) { first, _ in first }.mapValues(Self.glyph)
        for (mark, letters, bases) in Self.marked {
            for (letter, base) in zip(letters, bases) { glyphs[letter] = glyphs[base].map { Self.combined($0, mark) } }
        }
        self.glyphs = glyphs
        unknown = Self.glyph("P 0 0 P 0 14 P 7 14 P 7 0 P 0 0")
    }

    /// An empty box for what the font does not have.
    package subscript(character: Character) -> Glyph {
        character == " " ? Glyph(strokes: [], advance: Self.space) : glyphs[character] ?? unknown
    }

    /// The width of `text` in units.
    package func width(of text: String) -> Double {
        max(0, text.reduce(0) { $0 + self[$1].advance } - Self.gap)
    }

    static func glyph(_ outline: String) -> Glyph {
        let strokes = outline.split(separator: ";").map { stroke($0.split(separator: " ")) }
        let right = strokes.joined().map(\.x).max() ?? 0
        return Glyph(strokes: strokes, advance: right + gap)
    }

    private static func stroke(_ words: [Substring]) -> [Point] {
        var points: [Point] = []
        var rest = words[...]
        while let command = rest.popFirst() {
            let numbers = rest.prefix(command == "A" ? 6 : 2).compactMap { Double($0) }
            rest = rest.dropFirst(numbers.count)
            guard command == "A" else {
                points.append(Point(numbers[0], numbers[1]))
                continue
            }
            let (from, to) = (numbers[4] * .pi / 180, numbers[5] * .pi / 180)
            let steps = max(2, Int((abs(to - from) / (.pi / 24)).rounded(.up)))
            for step in 0...steps {
                let angle = from + (to - from) * Double(step) / Double(steps)
                points.append(
                    Point(numbers[0] + numbers[2] * cos(angle), numbers[1] + numbers[3] * sin(angle)))
            }
        }
        return points
    }

    private static let outlines: [Character: String] = [
        "0": "A 4 7 4 7 0 360", "1": "P 1.4 11.4 P 4.8 14 P 4.8 0 ; P 1.8 0 P 8 0",
        "2": "A 4 10 3.9 4 165 -28 P 0.1 0 P 8 0", "3": "A 4 10.5 3.5 3.5 155 -90 A 4 3.5 4 3.5 90 -155",
        "4": "P 6 0 P 6 14 P 0 4 P 8 4", "5": "P 7.2 14 P 1.4 14 P 0.8 7.8 A 3.7 4.5 4.3 4.5 133 -150",
        "6": "A 4 4.3 4 4.3 0 360 ; A 8 4.3 8 9.7 180 108", "7": "P 0 14 P 8 14 P 2.8 0",
        "8": "A 4 10.6 3.4 3.4 0 360 ; A 4 3.6 4 3.6 0 360", "9": "A 4 9.7 4 4.3 0 360 ; A 0 9.7 8 9.7 0 -72",
        "A": "P 0 0 P 5.3 14 P 10.6 0 ; P 1.7 4.6 P 8.9 4.6",
        "B": "P 0 0 P 0 14 P 4.6 14 A 4.6 10.7 3.5 3.3 90 -90 P 0 7.4 ; P 4.6 7.4 A 4.8 3.7 4 3.7 90 -90 P 0 0",
        "C": "A 6 7 6 7 48 312", "D": "P 0 0 P 0 14 P 4 14 A 4 7 6 7 90 -90 P 0 0",
        "E": "P 7.6 14 P 0 14 P 0 0 P 7.8 0 ; P 0 7.3 P 6.8 7.3", "F": "P 7.6 14 P 0 14 P 0 0 ; P 0 7 P 6.6 7",
        "G": "A 6 7 6 7 48 345 P 11.8 6.6 P 7 6.6", "H": "P 0 14 P 0 0 ; P 9 14 P 9 0 ; P 0 7.2 P 9 7.2",
        "I": "P 1 14 P 1 0", "J": "P 6 14 P 6 4 A 3 4 3 4 0 -160",
        "K": "P 0 14 P 0 0 ; P 8.6 14 P 0 5.4 ; P 3 8.4 P 9 0",
        "L": "P 0 14 P 0 0 P 7.4 0", "M": "P 0 0 P 0 14 P 5.8 4 P 11.6 14 P 11.6 0",
        "N": "P 0 0 P 0 14 P 9.2 0 P 9.2 14",
        "O": "A 6.3 7 6.3 7 0 360", "P": "P 0 0 P 0 14 P 4.6 14 A 4.6 10.2 3.9 3.8 90 -90 P 0 6.4",
        "Q": "A 6.3 7 6.3 7 0 360 ; P 8.4 3.4 P 12.2 -0.8",
        "R": "P 0 0 P 0 14 P 4.6 14 A 4.6 10.2 3.9 3.8 90 -90 P 0 6.4 ; P 4.4 6.4 P 8.8 0",
        "S": "A 4.5 10.5 4 3.5 38 270 A 4.5 3.5 4.5 3.5 90 -145", "T": "P 0 14 P 10 14 ; P 5 14 P 5 0",
        "U": "P 0 14 P 0 4.6 A 4.6 4.6 4.6 4.6 180 360 P 9.2 14", "V": "P 0 14 P 5.2 0 P 10.4 14",
        "W": "P 0 14 P 3.6 0 P 7.2 14 P 10.8 0 P 14.4 14", "X": "P 0 14 P 9.4 0 ; P 9.4 14 P 0 0",
        "Y": "P 0 14 P 4.9 7 P 9.8 14 ; P 4.9 7 P 4.9 0", "Z": "P 0.4 14 P 9 14 P 0 0 P 9.4 0",
        "a": "A 3.8 5 3.8 5 0 360 ; P 7.6 10 P 7.6 0", "b": "P 0 14 P 0 0 ; A 3.8 5 3.8 5 0 360",
        "c": "A 4.1 5 4.1 5 50 310", "d": "P 7.6 14 P 7.6 0 ; A 3.8 5 3.8 5 0 360",
        "e": "P 0 5.2 P 7.9 5.2 A 4 5 4 5 3 312", "f": "A 4.4 11 2.7 3 68 180 P 1.7 0 ; P 0 9.7 P 4.6 9.7",
        "g": "A 3.8 5 3.8 5 0 360 ; P 7.6 10 P 7.6 0 A 3.8 0 3.8 4 0 -150",
        "h": "P 0 14 P 0 0 ; P 0 5 A 3.6 6 3.6 4 180 0 P 7.2 0", "i": "P 0.8 10 P 0.8 0 ; P 0.8 13.5 P 0.8 13.6",
        "j": "P 2.6 10 P 2.6 -1.5 A 0.2 -1.5 2.4 2.5 0 -80 ; P 2.6 13.5 P 2.6 13.6",
        "k": "P 0 14 P 0 0 ; P 6.6 10 P 0 3.6 ; P 2.5 6 P 7 0", "l": "P 0.8 14 P 0.8 0",
        "m": "P 0 10 P 0 0 ; P 0 5.5 A 2.9 6.5 2.9 3.5 180 0 P 5.8 0 ; P 5.8 5.5 A 8.7 6.5 2.9 3.5 180 0 P 11.6 0",
        "n": "P 0 10 P 0 0 ; P 0 5 A 3.6 6 3.6 4 180 0 P 7.2 0", "o": "A 4.1 5 4.1 5 0 360",
        "p": "P 0 10 P 0 -4 ; A 3.8 5 3.8 5 0 360", "q": "P 7.6 10 P 7.6 -4 ; A 3.8 5 3.8 5 0 360",
        "r": "P 0 10 P 0 0 ; P 0 5 A 3.7 5.6 3.7 4.4 180 65", "s": "A 3.4 7.5 3 2.5 38 270 A 3.4 2.5 3.4 2.5 90 -145",
        "t": "P 1.9 13 P 1.9 3 A 4.4 3 2.5 3 180 285 ; P 0 9.9 P 4.8 9.9",
        "u": "P 0 10 P 0 4 A 3.6 4 3.6 4 180 360 ; P 7.2 10 P 7.2 0", "v": "P 0 10 P 3.8 0 P 7.6 10",
        "w": "P 0 10 P 2.8 0 P 5.6 10 P 8.4 0 P 11.2 10", "x": "P 0 10 P 7.2 0 ; P 7.2 10 P 0 0",
        "y": "P 0 10 P 3.9 0 ; P 7.8 10 P 2.3 -4", "z": "P 0.2 10 P 6.8 10 P 0 0 P 7 0",
        ".": "P 0.8 0.1 P 0.8 0.2", ",": "P 1.2 0.6 P 0.3 -2.4", ":": "P 0.8 0.1 P 0.8 0.2 ; P 0.8 8.6 P 0.8 8.7",
        ";": "P 1.2 0.6 P 0.3 -2.4 ; P 1.2 8.6 P 1.2 8.7", "!": "P 0.8 14 P 0.8 4.4 ; P 0.8 0.1 P 0.8 0.2",
        "?": "A 3.6 10.6 3.6 3.4 165 -50 P 3.6 6.2 P 3.6 4.4 ; P 3.6 0.1 P 3.6 0.2", "'": "P 0.6 14 P 0.6 10.4",
        "\"": "P 0.6 14 P 0.6 10.4 ; P 3.4 14 P 3.4 10.4", "`": "P 0 14 P 2 11.4", "(": "A 9 5 9 12 128 232",
        ")": "A -5.5 5 9 12 52 -52", "[": "P 3 14.5 P 0 14.5 P 0 -3 P 3 -3", "]": "P 0 14.5 P 3 14.5 P 3 -3 P 0 -3",
        "{": "P 4 14.5 P 2.6 14.5 P 1.8 13.4 P 1.8 7 P 0 5.7 P 1.8 4.4 P 1.8 -2 P 2.6 -3 P 4 -3",
        "}": "P 0 14.5 P 1.4 14.5 P 2.2 13.4 P 2.2 7 P 4 5.7 P 2.2 4.4 P 2.2 -2 P 1.4 -3 P 0 -3",
        "-": "P 0 5.2 P 4.6 5.2", "_": "P 0 -2 P 8 -2", "+": "P 0 5.5 P 8 5.5 ; P 4 9.5 P 4 1.5",
        "=": "P 0 7.2 P 8 7.2 ; P 0 3.8 P 8 3.8", "/": "P 0 -1.5 P 5.6 15", "\\": "P 0 15 P 5.6 -1.5",
        "|": "P 0.8 15 P 0.8 -3", "*": "P 3 13.8 P 3 7.8 ; P 0.4 12.3 P 5.6 9.3 ; P 5.6 12.3 P 0.4 9.3",
        "#": "P 3.4 14 P 1.8 0 ; P 8.2 14 P 6.6 0 ; P 0.4 9.4 P 9.6 9.4 ; P 0 4.6 P 9.2 4.6",
        "%": "A 2.6 11 2.6 3 0 360 ; A 10 3 2.6 3 0 360 ; P 10.4 14 P 2.2 0",
        "&": "P 9.6 0 P 2.2 9.2 A 4.4 11.2 2.8 2.8 220 -40 P 1.4 6.2 A 4.2 3.6 4.2 3.6 130 330 P 9.4 7",
        "@": "A 6.6 6 2.8 3.2 0 360 ; P 9.4 9.2 P 9.4 4.6 A 11.2 5 1.8 2.2 190 360 A 6.5 6 6.5 7.6 -5 310",
        "$": "A 4.5 10.5 4 3.5 38 270 A 4.5 3.5 4.5 3.5 90 -145 ; P 4.5 16 P 4.5 -2",
        "^": "P 0 9.5 P 3.6 14 P 7.2 9.5", "~": "A 2 5 2 1.6 180 0 A 6 5 2 1.6 180 360",
        "<": "P 7.4 9.6 P 0 5.5 P 7.4 1.4", ">": "P 0 9.6 P 7.4 5.5 P 0 1.4",
    ]
}
