import Geometry
import TestKit
import Testing

@testable import Images

@Suite struct DrawingOnPicturesTests {
    /// Rows of characters: `#` where a pixel is the colour, `.` where it is white, `+` where it is between.
    private static func rows(_ bitmap: Bitmap, _ color: [UInt8] = [0, 0, 0]) -> [String] {
        (0..<bitmap.height).map { y in
            String(
                (0..<bitmap.width).map { x in
                    let pixel = Array(bitmap[x, y])
                    return pixel == color ? "#" : pixel.allSatisfy { $0 == 255 } ? "." : "+"
                })
        }
    }

    private func white(_ width: Int, _ height: Int) -> Bitmap {
        Bitmap(width: width, height: height, filledWith: [255, 255, 255])
    }

    @Test func rectangles() {
        var bitmap = white(6, 4)
        bitmap.fill(Rectangle(x: 1, y: 1, width: 3, height: 2), with: Color(0))
        #expect(Self.rows(bitmap) == ["......", ".###..", ".###..", "......"])
        bitmap = white(6, 3)
        bitmap.fill(Rectangle(x: 0.5, y: -5, width: 9.25, height: 6.5), with: Color(0xFF0000))
        #expect(Self.rows(bitmap, [255, 0, 0]) == ["+#####", "++++++", "......"])
        #expect(Array(bitmap[0, 0]) == [255, 128, 128] && Array(bitmap[0, 1]) == [255, 191, 191])
        bitmap.fill(Rectangle(x: 20, y: 20, width: 5, height: 5), with: Color(0))
        bitmap.fill(Rectangle(x: 0, y: 0, width: 1e300, height: .infinity), with: Color(0))
        #expect(Set(bitmap.bytes) == [0])
    }

    @Test func lines() {
        var bitmap = white(7, 3)
        bitmap.stroke([[Point(1.5, 1.5), Point(5.5, 1.5)]], width: 1, color: Color(0))
        #expect(Self.rows(bitmap) == [".......", ".#####.", "......."])
        bitmap = white(5, 5)
        bitmap.stroke([[Point(2.5, 2.5)]], width: 3, color: Color(0))
        #expect(Self.rows(bitmap) == [".....", ".+#+.", ".###.", ".+#+.", "....."])
    }

    @Test func greyAndTransparentPictures() {
        for channels in 1...4 {
            var bitmap = Bitmap(width: 2, height: 1, filledWith: [UInt8](repeating: 10, count: channels))
            bitmap.fill(Rectangle(x: 1, y: 0, width: 1, height: 1), with: Color(0xFF8000))
            let expected: [UInt8] = [[151], [151, 255], [255, 128, 0], [255, 128, 0, 255]][channels - 1]
            #expect(Array(bitmap[1, 0]) == expected)
            #expect(Array(bitmap[0, 0]) == [UInt8](repeating: 10, count: channels))
        }
    }

    @Test func aBoxIsSharpAndHasASeam() {
        var bitmap = white(9, 8)
        let box = LabelledBox(Rectangle(x: 2, y: 2, width: 4, height: 3), color: Color(0xFFFF00))
        bitmap.draw([box], style: BoxStyle(lineWidth: 1, textSize: 11))
        let kinds = (0..<8).map { y in
            String(
                (0..<9).map { x in
                    switch Array(bitmap[x, y]) {
                    case [255, 255, 0]: "#"
                    case [255, 255, 255]: "."
                    case [128, 128, 128]: "-"
                    default: "?"
                    }
                })
        }
        #expect(
            kinds == [
                ".........", ".-------.", ".-#####-.", ".-#---#-.", ".-#---#-.", ".-#####-.", ".-------.", ".........",
            ])
    }

    @Test func boxesBeyondTheBorder() {
        var bitmap = Bitmap.noise(width: 40, height: 30)
        bitmap.draw([
            LabelledBox(Rectangle(x: -10, y: -10, width: 100, height: 100), label: "a", color: .forClass(0)),
            LabelledBox(Rectangle(x: 39, y: 29, width: 0, height: 0), label: "a long label", color: .forClass(1)),
            LabelledBox(Rectangle(x: 500, y: -900, width: 3, height: 3), label: "far", color: .forClass(2)),
            LabelledBox(Rectangle(x: 1e18, y: -1e18, width: 1e18, height: 1e18), label: "é\n", color: .forClass(-3)),
        ])
        #expect(bitmap.bytes.count == 40 * 30 * 3)
        var dot = Bitmap(width: 1, height: 1, filledWith: [0])
        dot.draw([LabelledBox(Rectangle(x: 0, y: 0, width: 1, height: 1), label: "dot", color: .forClass(0))])
    }

    /// Boxes of one corner: no label hides another while there is room, and the last box has the usual place.
    @Test func labelsMakeRoomForEachOther() {
        var bitmap = Bitmap(width: 300, height: 200, filledWith: [0, 0, 0])
        let colors = [Color(0xFF0000), Color(0x00FF00), Color(0x0000FF), Color(0xFFFF00)]
        let boxes = colors.map {
            LabelledBox(Rectangle(x: 100, y: 60, width: 90, height: 70), label: "thing", color: $0)
        }
        let style = BoxStyle(lineWidth: 2, textSize: 12)
        let labels = BoxLabel.placed(boxes, style, width: 300, height: 200)
        #expect(labels.map(\.color) == colors)
        for (index, label) in labels.enumerated() {
            #expect(!labels[..<index].contains { $0.area.intersection(label.area).area > 0 })
            let whole = Rectangle(x: 0, y: 0, width: 300, height: 200)
            #expect(label.area.intersection(whole) == label.area)
        }
        #expect(labels[3].area.x == 99 && labels[3].area.maximumY == 59)
        bitmap.draw(boxes, style: style)
        for label in labels {
            #expect(
                Array(bitmap[Int(label.area.x) + 1, Int(label.area.y) + 1])
                    == [label.color.red, label.color.green, label.color.blue])
        }
        // With no room left, a label is where it would be alone.
        let crowd = [LabelledBox](repeating: boxes[0], count: 20)
        #expect(BoxLabel.placed(crowd, style, width: 300, height: 200)[0].area == labels[3].area)
    }

    /// A label stands on its colour, above the box where there is room, and is written in what contrasts.
    @Test func labels() {
        let color = Color(0x0000FF)
        func labelled(_ y: Double) -> Bitmap {
            var bitmap = white(80, 60)
            let box = LabelledBox(Rectangle(x: 20, y: y, width: 40, height: 20), label: "cat", color: color)
            bitmap.draw([box], style: BoxStyle(lineWidth: 2, textSize: 12))
            return bitmap
        }
        // 12 · 1.3 pixels high, and the left border of the line is its own.
        for (top, row) in [(30.0, 13), (3, 4)] {
            let bitmap = labelled(top)
            let inside = (row..<row + 16).flatMap { y in (19..<40).map { Array(bitmap[$0, y]) } }
            #expect(inside.allSatisfy { $0[2] == 255 }, "\(top)")
            #expect(inside.filter { $0 == [0, 0, 255] }.count > 150)
            #expect(inside.contains { $0[0] > 230 })
        }
    }

    @Test func textIsShortenedToItsPlace() {
        let style = TextStyle(size: 13, color: Color(0))
        #expect(style.shortened("cat", to: 100) == "cat")
        let short = style.shortened("a rather long name of a class", to: 80)
        #expect(short.hasSuffix("...") && style.width(of: short) <= 80 && short.count > 6)
        #expect(style.shortened("cat", to: 2) == "")
    }

    @Test func linesGrowWithThePicture() {
        #expect(BoxStyle(for: white(32, 32)) == BoxStyle(lineWidth: 1, textSize: 11))
        #expect(BoxStyle(for: white(640, 480)) == BoxStyle(lineWidth: 2, textSize: 15))
        #expect(BoxStyle(for: white(4000, 3000)) == BoxStyle(lineWidth: 14, textSize: 91))
    }

    @Test func colorsOfClassesDiffer() {
        let colors = (0..<24).map { Color.forClass($0) }
        for (index, a) in colors.enumerated() {
            for b in colors[..<index] {
                let difference =
                    abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue))
                #expect(difference > 60)
            }
            #expect(Color.forClass(index + 24) == a && Color.forClass(index - 48) == a)
            // Letters of the contrasting colour are readable on it.
            #expect(abs(Int(a.luminance) - Int(a.contrasting.luminance)) >= 115)
        }
    }
}

@Suite struct LatinLettersTests {
    private func drawn(_ text: String) -> Bitmap {
        var bitmap = Bitmap(width: 60, height: 60, filledWith: [255, 255, 255])
        bitmap.draw(text, at: Point(10, 45), TextStyle(size: 40, color: Color(0)))
        return bitmap
    }

    @Test func lettersOfEuropeanLanguagesHaveTheirMarks() {
        let unknown = drawn("語")
        for letter in "ÁÀÂÄÅÃĄÇČĐÉÈÊËĘÍŁÑŃÓÖŐØŘŠŞßÚÜŮŰÝŽáàâäåãąçčđéèêëęíłñńóöőøřšşťďľúüůűýžæœÆŒ¿–…°µ×€" {
            #expect(drawn(String(letter)) != unknown, "\(letter)")
        }
        // A mark is added to the letter, and nothing is taken away.
        let (plain, marked) = (drawn("u"), drawn("ü"))
        #expect(plain != marked && zip(plain.bytes, marked.bytes).allSatisfy { $0 >= $1 })
        // Both ways to write a letter in Unicode are one character.
        #expect(drawn("u\u{308}") == marked)
    }

    @Test func aFileMayHaveTheLongestOfNames() throws {
        let folder = try TemporaryFolder()
        let path = folder.path(String(repeating: "n", count: 251) + ".png")
        try PNGWriter.write(drawn("a"), to: path)
        #expect(try ImageReader().read(path) == drawn("a"))
    }
}
