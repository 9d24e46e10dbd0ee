import Charts
import Foundation
import Geometry
import Images
import Testing

@Suite struct DrawingTests {
    private static func pixel(_ bitmap: Bitmap, _ x: Int, _ y: Int) -> [UInt8] {
        Array(bitmap.bytes[(y * bitmap.width + x) * 3..<(y * bitmap.width + x) * 3 + 3])
    }

    @Test func aRectangleCoversWholeAndHalfPixels() {
        var drawing = Drawing(width: 8, height: 4)
        drawing.add(.rectangle(.init(x: 1, y: 1, width: 2.5, height: 2), fill: .init(0x000000)))
        let bitmap = drawing.rasterized(scale: 1)
        #expect(bitmap.width == 8 && bitmap.height == 4)
        #expect(Self.pixel(bitmap, 0, 1) == [255, 255, 255] && Self.pixel(bitmap, 1, 1) == [0, 0, 0])
        #expect(Self.pixel(bitmap, 3, 2) == [128, 128, 128] && Self.pixel(bitmap, 4, 2) == [255, 255, 255])
    }

    /// The ink of a line is its length times its width, at any angle.
    @Test(arguments: [(0.0, 0.0), (20, 0), (20, 7), (13, 20)])
    func aLineHasTheAreaOfItsLengthTimesItsWidth(dx: Double, dy: Double) {
        var drawing = Drawing(width: 40, height: 40)
        drawing.add(.line([.init(10, 10), .init(10 + dx, 10 + dy)], color: .init(0x000000), width: 3))
        let ink = drawing.rasterized(scale: 1).bytes.reduce(0.0) { $0 + (255 - Double($1)) / 255 } / 3
        let expected = (dx * dx + dy * dy).squareRoot() * 3 + .pi * 2.25
        #expect(abs(ink - expected) < 0.03 * expected + 0.3)
    }

    @Test func crossingStrokesOfOneLineAreNotLaidOnTwice() {
        var drawing = Drawing(width: 20, height: 20)
        let points: [Drawing.Point] = [.init(2, 10), .init(18, 10), .init(10, 2), .init(10, 18)]
        drawing.add(.line(points, color: .init(0x000000, opacity: 0.5), width: 4))
        #expect(drawing.rasterized(scale: 1).bytes.min() == 128)
    }

    @Test func clippedLinesStayInside() {
        var drawing = Drawing(width: 20, height: 20)
        let clip = Drawing.Rectangle(x: 5, y: 0, width: 5, height: 20)
        drawing.add(.line([.init(0, 10), .init(20, 10)], color: .init(0x000000), width: 2, clip: clip))
        let bitmap = drawing.rasterized(scale: 1)
        #expect(Self.pixel(bitmap, 4, 10) == [255, 255, 255] && Self.pixel(bitmap, 10, 10) == [255, 255, 255])
        #expect(Self.pixel(bitmap, 5, 10) == [0, 0, 0] && Self.pixel(bitmap, 9, 10) == [0, 0, 0])
    }

    @Test func everyPrintableCharacterLeavesInk() {
        for code in UInt8(33)...126 {
            var drawing = Drawing(width: 40, height: 40)
            let text = String(UnicodeScalar(code))
            drawing.add(.text(text, position: .init(10, 25), size: 20, color: .init(0x000000)))
            #expect(drawing.rasterized(scale: 1).bytes.contains { $0 < 128 }, "\(text)")
        }
    }

    @Test func svgIsWellFormed() throws {
        let chart = LineChart(
            title: "a <b> & \"c\"\u{7}", horizontalLabel: "step", verticalLabel: "loss",
            series: [.init("x", [.init(0, 1), .init(2, 3)], color: .init(0x2F6DB5, opacity: 0.5), hasMarkers: true)],
            highlight: .init(.init(2, 3), "best: 3", color: .init(0xD9480F)))
        let svg = chart.drawing().svg()
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"480\""))
        #expect(svg.contains("a &lt;b&gt; &amp; \"c\" <"))
        #expect(svg.contains("stroke=\"#2f6db5\" stroke-opacity=\"0.5\""))
        // Every tag that opens is closed.
        for tag in ["svg", "defs", "text", "clipPath"] {
            #expect(
                svg.components(separatedBy: "<\(tag)").count - 1 == svg.components(separatedBy: "</\(tag)>").count - 1)
        }
    }
}
