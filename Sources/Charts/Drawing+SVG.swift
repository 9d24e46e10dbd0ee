import Geometry
import Images

extension Drawing {
    /// The drawing as an SVG document (<https://www.w3.org/TR/SVG2/>), without scripts and references to elsewhere.
    public func svg() -> String {
        var clips: [Rectangle] = []
        let shapes = elements.map { Self.shape($0, &clips) }
        let definitions = clips.enumerated().map { index, clip in
            "<clipPath id=\"clip\(index)\"><rect \(Self.attributes(clip))/></clipPath>"
        }
        let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
            font-family="Inter, Helvetica, Arial, sans-serif">
            <defs>\(definitions.joined())</defs>
            <rect \(size) \(Self.paint("fill", background))/>
            \(shapes.joined(separator: "\n"))
            </svg>

            """
    }

    private static func shape(_ element: Element, _ clips: inout [Rectangle]) -> String {
        switch element {
        case .rectangle(let rectangle, let fill): return "<rect \(attributes(rectangle)) \(paint("fill", fill))/>"
        case .disc(let center, let radius, let fill):
            return "<circle cx=\"\(number(center.x))\" cy=\"\(number(center.y))\" r=\"\(number(radius))\" "
                + "\(paint("fill", fill))/>"
        case .line(let points, let color, let width, let clip):
            let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            return
                "<polyline points=\"\(list)\" fill=\"none\" \(paint("stroke", color)) stroke-width=\"\(number(width))\" "
                + "stroke-linejoin=\"round\" stroke-linecap=\"round\"\(reference(to: clip, &clips))/>"
        case .text(let text, let position, let size, let color, let anchor, let isBold, let isTurned, let halo):
            let (x, y) = (number(position.x), number(position.y))
            let turn = isTurned ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
            let outline = halo.map { " \(paint("stroke", $0)) stroke-width=\"4\" paint-order=\"stroke\"" } ?? ""
            return "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(size))\" \(paint("fill", color)) "
                + "text-anchor=\"\(anchor.rawValue)\"\(isBold ? " font-weight=\"600\"" : "")\(outline)\(turn)>"
                + "\(escaped(text))</text>"
        }
    }

    private static func reference(to clip: Rectangle?, _ clips: inout [Rectangle]) -> String {
        guard let clip else { return "" }
        if !clips.contains(clip) { clips.append(clip) }
        return " clip-path=\"url(#clip\(clips.firstIndex(of: clip) ?? 0))\""
    }

    private static func attributes(_ rectangle: Rectangle) -> String {
        "x=\"\(number(rectangle.x))\" y=\"\(number(rectangle.y))\" width=\"\(number(rectangle.width))\" "
            + "height=\"\(number(rectangle.height))\""
    }

    private static func paint(_ property: String, _ color: Color) -> String {
        func digits(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        let code = "\(property)=\"#\(digits(color.red))\(digits(color.green))\(digits(color.blue))\""
        return color.opacity < 1 ? "\(code) \(property)-opacity=\"\(number(color.opacity))\"" : code
    }

    /// Two places after the point are a fiftieth of a pixel.
    private static func number(_ value: Double) -> String {
        let hundredths = (value * 100).rounded()
        let whole = hundredths / 100
        return whole == whole.rounded() ? "\(Int(whole))" : "\(whole)"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            // XML has no way to write the other control characters.
            case "\u{0}"..<" ": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
