import CLibPNG
import Images
import Testing

@Suite struct PNGWriterTests {
    /// libpng's simplified reader, which does not jump.
    private static func decode(_ bytes: [UInt8], channels: Int) throws -> Bitmap {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        try #require(png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0)
        // Flags: 1 for alpha, 2 for colour.
        image.format = UInt32(channels - 1)
        let (width, height) = (Int(image.width), Int(image.height))
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        try #require(png_image_finish_read(&image, nil, &pixels, 0, nil) != 0)
        return Bitmap(width: width, height: height, channels: channels, bytes: pixels)
    }

    @Test(arguments: 1...4, [(1, 1), (3, 2), (17, 9), (64, 1)])
    func libpngReadsWhatWasWritten(channels: Int, size: (Int, Int)) throws {
        var random = SystemRandomNumberGenerator()
        let count = size.0 * size.1 * channels
        let bitmap = Bitmap(
            width: size.0, height: size.1, channels: channels,
            bytes: (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        #expect(try Self.decode(PNGWriter.encode(bitmap), channels: channels) == bitmap)
    }

    @Test func tooWideIsAnError() {
        let wide = Bitmap(width: 1_000_001, height: 1, filledWith: [0])
        #expect(throws: ImageError.self) { try PNGWriter.encode(wide) }
    }
}
