public import Geometry

/// Which part of a text its position is.
public enum TextAnchor: String, Sendable { case start, middle, end }

/// How a text looks.
public struct TextStyle: Sendable, Hashable {
    /// Pixels from one line to the next without extra room; capitals are 0.72 of it high.
    public var size: Double
    public var color: Color
    public var isBold: Bool
    /// Runs upwards.
    public var isTurned: Bool
    /// Painted around the letters, to keep them legible over lines.
    public var halo: Color?
    /// Pixels.
    public var haloWidth: Double

    public init(
        size: Double, color: Color, isBold: Bool = false, isTurned: Bool = false, halo: Color? = nil,
        haloWidth: Double = 2
    ) {
        (self.size, self.color, self.isBold, self.isTurned) = (size, color, isBold, isTurned)
        (self.halo, self.haloWidth) = (halo, haloWidth)
    }

    /// The width of `text` in pixels.
    public func width(of text: String) -> Double { StrokeFont.standard.width(of: text) * unit + 2 * penRadius }

    /// As much of `text` as `width` pixels hold, with three points where something is missing.
    public func shortened(_ text: String, to width: Double) -> String {
        guard self.width(of: text) > width else { return text }
        var kept = text
        while !kept.isEmpty, self.width(of: kept + "...") > width { kept.removeLast() }
        return kept.isEmpty ? "" : kept + "..."
    }

    /// Pixels per unit of the font.
    fileprivate var unit: Double { size * StrokeFont.capitalFraction / StrokeFont.capitalHeight }
    fileprivate var penRadius: Double { size * (isBold ? 0.06 : 0.043) }
}

extension Bitmap {
    /// Writes Latin letters and common signs; other characters become empty boxes.
    ///
    /// - Parameter position: on the base line.
    public mutating func draw(_ text: String, at position: Point, _ style: TextStyle, anchor: TextAnchor = .start) {
        let glyphs = Self.glyphs(of: text, position, style, anchor)
        if let halo = style.halo {
            stroke(glyphs.flatMap { $0 }, width: 2 * (style.penRadius + style.haloWidth), color: halo)
        }
        for strokes in glyphs { stroke(strokes, width: 2 * style.penRadius, color: style.color) }
    }

    /// The strokes of each character, at their places in the picture.
    private static func glyphs(
        of text: String, _ position: Point, _ style: TextStyle, _ anchor: TextAnchor
    ) -> [[[Point]]] {
        let unit = style.unit
        let width = StrokeFont.standard.width(of: text) * unit
        var offset =
            switch anchor {
            case .start: 0.0
            case .middle: -width / 2
            case .end: -width
            }
        return text.map { character in
            let glyph = StrokeFont.standard[character]
            defer { offset += glyph.advance * unit }
            return glyph.strokes.map { stroke in
                stroke.map { point in
                    let (along, up) = (offset + point.x * unit, point.y * unit)
                    return style.isTurned
                        ? Point(position.x - up, position.y - along) : Point(position.x + along, position.y - up)
                }
            }
        }
    }
}
