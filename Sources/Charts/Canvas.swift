public import Images

/// Pixels that shapes are painted on. Coverage comes from distance: a pixel is covered by as much of a shape as the shape's
/// border leaves of the pixel's width, which gives smooth lines of any slope without supersampling.
struct Canvas {
    private(set) var bitmap: Bitmap
    private let scale: Double

    /// - Parameter scale: pixels per unit of the drawing.
    init(_ drawing: Drawing, scale: Double) {
        self.scale = scale
        let background = drawing.background
        bitmap = Bitmap(
            width: Int((drawing.width * scale).rounded(.up)), height: Int((drawing.height * scale).rounded(.up)),
            filledWith: [background.red, background.green, background.blue])
        for element in drawing.elements { paint(element) }
    }

    private mutating func paint(_ element: Drawing.Element) {
        switch element {
        case .rectangle(let rectangle, let fill): paint(rectangle, fill)
        case .disc(let center, let radius, let fill):
            paint(strokes: [[center]], radius: radius, color: fill, clip: nil)
        case .line(let points, let color, let width, let clip):
            paint(strokes: [points], radius: width / 2, color: color, clip: clip)
        case .text(let text, let position, let size, let color, let anchor, let isBold, let isTurned, let halo):
            let radius = size * (isBold ? 0.06 : 0.043)
            let glyphs = Self.glyphs(of: text, position, size, anchor, isTurned: isTurned)
            if let halo { paint(strokes: glyphs.flatMap { $0 }, radius: radius + 2, color: halo, clip: nil) }
            for strokes in glyphs { paint(strokes: strokes, radius: radius, color: color, clip: nil) }
        }
    }

    /// The strokes of each character, at their places in the drawing.
    private static func glyphs(
        of text: String, _ position: Drawing.Point, _ size: Double, _ anchor: Drawing.Anchor, isTurned: Bool
    ) -> [[[Drawing.Point]]] {
        let unit = size * StrokeFont.capitalFraction / StrokeFont.capitalHeight
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
                    return isTurned
                        ? Drawing.Point(position.x - up, position.y - along)
                        : Drawing.Point(position.x + along, position.y - up)
                }
            }
        }
    }

    // MARK: Strokes

    /// Paints strokes of a round pen as one shape: where they cross, the colour is not laid on twice.
    ///
    /// - Parameter strokes: a stroke of one point is a disc.
    private mutating func paint(
        strokes: [[Drawing.Point]], radius: Double, color: Drawing.Color, clip: Drawing.Rectangle?
    ) {
        let radius = radius * scale
        let strokes = strokes.map { $0.map { Drawing.Point($0.x * scale, $0.y * scale) } }
        let points = strokes.joined()
        guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
            let top = points.map(\.y).min(), let bottom = points.map(\.y).max()
        else { return }
        let columns = range(left - radius - 1, right + radius + 1, limit: bitmap.width)
        let rows = range(top - radius - 1, bottom + radius + 1, limit: bitmap.height)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        var coverage = [Float](repeating: 0, count: columns.count * rows.count)
        for stroke in strokes {
            for (a, b) in zip(stroke, stroke.count == 1 ? stroke : Array(stroke.dropFirst())) {
                cover(from: a, to: b, radius, &coverage, columns, rows)
            }
        }
        for row in rows {
            for column in columns {
                let covered = coverage[(row - rows.lowerBound) * columns.count + column - columns.lowerBound]
                guard covered > 0 else { continue }
                let shown = clip.map { share(of: column, row, in: $0) } ?? 1
                blend(color, Double(covered) * shown, column, row)
            }
        }
    }

    /// Raises the coverage by one segment.
    private func cover(
        from a: Drawing.Point, to b: Drawing.Point, _ radius: Double, _ coverage: inout [Float], _ columns: Range<Int>,
        _ rows: Range<Int>
    ) {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let lengthSquared = dx * dx + dy * dy
        let across = range(min(a.x, b.x) - radius - 1, max(a.x, b.x) + radius + 1, limit: bitmap.width).clamped(
            to: columns)
        let down = range(min(a.y, b.y) - radius - 1, max(a.y, b.y) + radius + 1, limit: bitmap.height).clamped(to: rows)
        for row in down {
            for column in across {
                let (px, py) = (Double(column) + 0.5 - a.x, Double(row) + 0.5 - a.y)
                let along = lengthSquared > 0 ? min(1, max(0, (px * dx + py * dy) / lengthSquared)) : 0
                let (ex, ey) = (px - along * dx, py - along * dy)
                let distance = (ex * ex + ey * ey).squareRoot()
                // A line thinner than a pixel covers as much of it as it is wide.
                let covered = Float(min(1, max(0, radius + 0.5 - distance)) * min(1, 2 * radius))
                let index = (row - rows.lowerBound) * columns.count + column - columns.lowerBound
                if covered > coverage[index] { coverage[index] = covered }
            }
        }
    }

    private func range(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
        let lower = Int(max(0, min(Double(limit), low.rounded(.down))))
        return lower..<max(lower, Int(max(0, min(Double(limit), high.rounded(.up)))))
    }

    // MARK: Areas

    private mutating func paint(_ rectangle: Drawing.Rectangle, _ color: Drawing.Color) {
        for row in range(rectangle.y * scale, rectangle.maximumY * scale, limit: bitmap.height) {
            for column in range(rectangle.x * scale, rectangle.maximumX * scale, limit: bitmap.width) {
                blend(color, share(of: column, row, in: rectangle), column, row)
            }
        }
    }

    /// How much of a pixel lies in a rectangle of the drawing.
    private func share(of column: Int, _ row: Int, in rectangle: Drawing.Rectangle) -> Double {
        func overlap(_ pixel: Int, _ low: Double, _ high: Double) -> Double {
            max(0, min(Double(pixel) + 1, high * scale) - max(Double(pixel), low * scale))
        }
        return overlap(column, rectangle.x, rectangle.maximumX) * overlap(row, rectangle.y, rectangle.maximumY)
    }

    private mutating func blend(_ color: Drawing.Color, _ coverage: Double, _ column: Int, _ row: Int) {
        let alpha = coverage * color.opacity
        guard alpha > 0 else { return }
        let index = (row * bitmap.width + column) * 3
        for (channel, value) in [color.red, color.green, color.blue].enumerated() {
            let old = Double(bitmap.bytes[index + channel])
            bitmap.bytes[index + channel] = UInt8((old + (Double(value) - old) * alpha).rounded())
        }
    }
}

extension Drawing {
    /// The drawing as pixels, three channels.
    ///
    /// - Parameter scale: pixels per unit.
    public func rasterized(scale: Double = 2) -> Bitmap { Canvas(self, scale: scale).bitmap }
}
