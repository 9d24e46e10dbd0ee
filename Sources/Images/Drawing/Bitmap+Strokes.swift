public import Geometry

/// Shapes are painted by coverage: a pixel takes as much of a colour as the shape covers of it, so that lines of any slope
/// are smooth. Grey pictures show a colour's luminance; where a picture has alpha, what is painted becomes opaque.
extension Bitmap {
    /// Paints an area.
    public mutating func fill(_ rectangle: Rectangle, with color: Color) {
        let columns = Self.range(rectangle.x, rectangle.maximumX, within: 0..<width)
        let across = columns.map { Self.overlap($0, rectangle.x, rectangle.maximumX) }
        let ink = values(of: color)
        for row in Self.range(rectangle.y, rectangle.maximumY, within: 0..<height) {
            let down = Self.overlap(row, rectangle.y, rectangle.maximumY) * color.opacity
            for (column, share) in zip(columns, across) { blend(ink, down * share, column, row) }
        }
    }

    /// Paints lines of a round pen as one shape: where they cross, the colour is not laid on twice.
    ///
    /// - Parameters:
    ///   - lines: each from point to point; one of a single point is a disc.
    ///   - clip: what lies outside is not painted.
    public mutating func stroke(_ lines: [[Point]], width penWidth: Double, color: Color, clip: Rectangle? = nil) {
        let (points, reach) = (lines.joined(), penWidth / 2 + 1)
        guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
            let top = points.map(\.y).min(), let bottom = points.map(\.y).max()
        else { return }
        let columns = Self.range(left - reach, right + reach, within: 0..<width)
        let rows = Self.range(top - reach, bottom + reach, within: 0..<height)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        var coverage = Coverage(columns: columns, rows: rows)
        for line in lines {
            for (a, b) in zip(line, line.count == 1 ? line[...] : line.dropFirst()) {
                coverage.add(from: a, to: b, radius: penWidth / 2)
            }
        }
        let ink = values(of: color)
        for row in rows {
            for column in columns {
                let covered = coverage[column, row]
                guard covered > 0 else { continue }
                let shown =
                    clip.map {
                        Self.overlap(column, $0.x, $0.maximumX) * Self.overlap(row, $0.y, $0.maximumY)
                    } ?? 1
                blend(ink, Double(covered) * shown * color.opacity, column, row)
            }
        }
    }

    /// How much of the pixels of a part of the picture is covered, 0 to 1.
    private struct Coverage {
        let columns: Range<Int>
        let rows: Range<Int>
        private var values: [Float]

        init(columns: Range<Int>, rows: Range<Int>) {
            (self.columns, self.rows) = (columns, rows)
            values = [Float](repeating: 0, count: columns.count * rows.count)
        }

        subscript(column: Int, row: Int) -> Float { values[index(column, row)] }

        private func index(_ column: Int, _ row: Int) -> Int {
            (row - rows.lowerBound) * columns.count + column - columns.lowerBound
        }

        /// One segment, its ends round.
        mutating func add(from a: Point, to b: Point, radius: Double) {
            let (dx, dy, reach) = (b.x - a.x, b.y - a.y, radius + 1)
            let lengthSquared = dx * dx + dy * dy
            let across = Bitmap.range(min(a.x, b.x) - reach, max(a.x, b.x) + reach, within: columns)
            for row in Bitmap.range(min(a.y, b.y) - reach, max(a.y, b.y) + reach, within: rows) {
                for column in across {
                    let (px, py) = (Double(column) + 0.5 - a.x, Double(row) + 0.5 - a.y)
                    let along = lengthSquared > 0 ? min(1, max(0, (px * dx + py * dy) / lengthSquared)) : 0
                    let (ex, ey) = (px - along * dx, py - along * dy)
                    let distance = (ex * ex + ey * ey).squareRoot()
                    // A line thinner than a pixel covers as much of it as it is wide.
                    let covered = Float(min(1, max(0, radius + 0.5 - distance)) * min(1, 2 * radius))
                    let place = index(column, row)
                    if covered > values[place] { values[place] = covered }
                }
            }
        }
    }

    /// The pixels that an interval touches.
    private static func range(_ low: Double, _ high: Double, within limits: Range<Int>) -> Range<Int> {
        let (first, end) = (Double(limits.lowerBound), Double(limits.upperBound))
        let lower = Int(max(first, min(end, low.rounded(.down))))
        return lower..<max(lower, Int(max(first, min(end, high.rounded(.up)))))
    }

    /// How much of a pixel an interval covers along one axis.
    private static func overlap(_ pixel: Int, _ low: Double, _ high: Double) -> Double {
        max(0, min(Double(pixel) + 1, high) - max(Double(pixel), low))
    }

    /// A colour in the channels of this picture.
    private func values(of color: Color) -> [Double] {
        let colors = channels < 3 ? [color.luminance] : [color.red, color.green, color.blue]
        return (channels % 2 == 0 ? colors + [255] : colors).map(Double.init)
    }

    private mutating func blend(_ ink: [Double], _ opacity: Double, _ column: Int, _ row: Int) {
        guard opacity > 0 else { return }
        let start = (row * width + column) * channels
        for channel in 0..<channels {
            let old = Double(bytes[start + channel])
            bytes[start + channel] = UInt8((old + (ink[channel] - old) * opacity).rounded())
        }
    }
}
