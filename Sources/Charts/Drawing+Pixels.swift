import Geometry
public import Images

extension Drawing {
    /// The drawing as pixels, three channels.
    ///
    /// - Parameter scale: pixels per unit.
    public func rasterized(scale: Double = 2) -> Bitmap {
        var bitmap = Bitmap(
            width: Int((width * scale).rounded(.up)), height: Int((height * scale).rounded(.up)),
            filledWith: [background.red, background.green, background.blue])
        for element in elements { element.paint(on: &bitmap, scale: scale) }
        return bitmap
    }
}

extension Drawing.Element {
    fileprivate func paint(on bitmap: inout Bitmap, scale: Double) {
        switch self {
        case .rectangle(let rectangle, let fill): bitmap.fill(rectangle.scaled(by: scale), with: fill)
        case .disc(let center, let radius, let fill):
            bitmap.stroke([[center.scaled(by: scale)]], width: 2 * radius * scale, color: fill)
        case .line(let points, let color, let width, let clip):
            bitmap.stroke(
                [points.map { $0.scaled(by: scale) }], width: width * scale, color: color,
                clip: clip?.scaled(by: scale))
        case .text(let text, let position, let size, let color, let anchor, let isBold, let isTurned, let halo):
            bitmap.draw(
                text, at: position.scaled(by: scale),
                TextStyle(
                    size: size * scale, color: color, isBold: isBold, isTurned: isTurned, halo: halo,
                    haloWidth: 2 * scale),
                anchor: anchor)
        }
    }
}
