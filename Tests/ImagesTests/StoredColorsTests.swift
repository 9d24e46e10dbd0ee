import Images
import Testing

@Suite struct StoredColorsTests {
    @Test func headersTellHowPicturesAreStored() throws {
        let pictures: [(String, [String: ImageFixture.Picture])] = try ["png", "jpeg"].map {
            ($0, try ImageFixture.load($0))
        }
        var seen: Set<StoredColors> = []
        for (format, files) in pictures {
            for (name, picture) in files {
                let colors = try ImageReader().header(of: picture.bytes, source: name).colors
                let expected: StoredColors =
                    name.contains("grey") ? .grey : name.contains("cmyk") || name.contains("ycck") ? .cmyk : .color
                #expect(colors == expected, "\(format) \(name)")
                seen.insert(colors)
            }
        }
        #expect(seen == Set(StoredColors.allCases))
    }
}
