import Foundation
import Images
import Testing

@Suite struct ContactSheetTests {
    private let layout = ContactSheet.Layout(columns: 3, rows: 2, thumbnailSide: 20, captionLines: 1)

    @Test func picturesAreWhereTheyBelong() throws {
        var sheet = ContactSheet(layout)
        #expect(sheet.rendered() == nil)
        let pictures = (0..<4).map { Bitmap.noise(width: 20, height: 20, seed: UInt64($0)) }
        for picture in pictures { sheet.add(picture, caption: []) }
        let page = try #require(sheet.rendered())
        // A margin of 8, a line of 16 and 2 above it.
        #expect(page.width == 8 + 3 * 28 && page.height == 8 + 2 * 46)
        for (index, picture) in pictures.enumerated() {
            let place = PixelRectangle(x: 8 + index % 3 * 28, y: 8 + index / 3 * 46, width: 20, height: 20)
            #expect(page.cropped(to: place) == picture)
        }
        #expect(Array(page[page.width - 1, page.height - 1]) == [255, 255, 255])
    }

    @Test func emptyRowsAndColumnsAreLeftOut() throws {
        var sheet = ContactSheet(layout)
        sheet.add(Bitmap(width: 1, height: 1, filledWith: [0]), caption: ["x"])
        let page = try #require(sheet.rendered())
        #expect(page.width == 8 + 28 && page.height == 8 + 46)
        // Small pictures grow, large ones shrink, grey ones become three channels, and proportions stay.
        #expect(page.cropped(to: PixelRectangle(x: 8, y: 8, width: 20, height: 20)).bytes.allSatisfy { $0 == 0 })
        #expect(page.cropped(to: PixelRectangle(x: 8, y: 28, width: 20, height: 18)).bytes.contains { $0 < 150 })
        sheet.add(Bitmap(width: 200, height: 100, filledWith: [0]), caption: [])
        let second = try #require(sheet.rendered()).cropped(to: PixelRectangle(x: 36, y: 8, width: 20, height: 20))
        #expect(second.bytes.filter { $0 == 0 }.count == 20 * 10 * 3)
        #expect(Array(second[0, 4]) == [255, 255, 255] && Array(second[0, 5]) == [0, 0, 0])
    }

    @Test func captionsStayInTheirCell() throws {
        let white = Bitmap(width: 20, height: 20, filledWith: [255])
        var (sheet, empty) = (ContactSheet(layout), ContactSheet(layout))
        for index in 0..<3 {
            sheet.add(white, caption: index == 1 ? [String(repeating: "W", count: 90), "no room"] : [])
            empty.add(white, caption: [])
        }
        let (page, plain) = (try #require(sheet.rendered()), try #require(empty.rendered()))
        for y in 0..<page.height {
            for x in 0..<page.width where page[x, y] != plain[x, y] {
                #expect((35...57).contains(x) && (28..<46).contains(y))
            }
        }
        #expect(page != plain)
    }

    @Test func pagesOfAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sheet-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.b.png").path
        var writer = ContactSheetWriter(path, layout: layout)
        try writer.finish()
        #expect(writer.paths.isEmpty)
        for index in 0..<13 {
            try writer.add(Bitmap.noise(width: 5, height: 5, seed: UInt64(index)), caption: ["\(index)"])
            #expect(writer.paths.count == index / 6)
        }
        try writer.finish()
        #expect(writer.paths.map { $0.dropFirst(folder.path.count + 1) } == ["a.b.png", "a.b-2.png", "a.b-3.png"])
        let heights = try writer.paths.map { try ImageReader().read($0).height }
        #expect(heights == [100, 100, 54])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)

        var failing = ContactSheetWriter(folder.appendingPathComponent("no/sheet.png").path)
        try failing.add(Bitmap.noise(width: 5, height: 5), caption: [])
        #expect(throws: ImageError.self) { try failing.finish() }
    }

    @Test func numbersStandBeforeTheEnding() {
        #expect(ContactSheetWriter.path("a.d/sheet.png", page: 1) == "a.d/sheet.png")
        #expect(ContactSheetWriter.path("a.d/sheet.png", page: 2) == "a.d/sheet-2.png")
        #expect(ContactSheetWriter.path("a.d/sheet", page: 3) == "a.d/sheet-3")
        #expect(ContactSheetWriter.path("/x/.png", page: 3) == "/x/.png-3")
    }

    @Test func aBatchIsOnePage() {
        let pictures = (0..<7).map { Bitmap.noise(width: 28, height: 28, channels: 1, seed: UInt64($0)) }
        let page = ContactSheet.page(of: pictures, captions: pictures.indices.map { "class \($0)" }, thumbnailSide: 56)
        #expect(page.width == 8 + 3 * 64 && page.height == 8 + 3 * 82)
        #expect(
            page.cropped(to: PixelRectangle(x: 8, y: 8, width: 56, height: 56))
                == pictures[0].rgb().resized(toWidth: 56, height: 56, by: .nearest))
    }
}
