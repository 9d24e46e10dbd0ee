import CJPEG

/// What the values of a stored picture are.
public enum StoredColors: String, Sendable, Hashable, CaseIterable {
    case grey, color
    /// Inks, as for printing.
    case cmyk
}

/// What the first bytes of a picture tell, without decoding it.
public struct ImageHeader: Sendable, Hashable {
    public let format: ImageFormat
    /// Pixels, as the picture is stored.
    public let storedWidth: Int
    public let storedHeight: Int
    public let orientation: ImageOrientation
    public let colors: StoredColors
    /// Bytes that the decoder keeps beside the pixels.
    let workingBytes: Int

    /// Pixels of a row of the upright picture.
    public var width: Int { orientation.swapsSides ? storedHeight : storedWidth }
    /// Pixels of a column of the upright picture.
    public var height: Int { orientation.swapsSides ? storedWidth : storedHeight }

    init(_ bytes: [UInt8], source: String) throws(ImageError) {
        guard !bytes.isEmpty else { throw .isEmpty(source: source) }
        guard let format = ImageFormat(bytes) else {
            throw .notAPicture(source: source, content: ForeignContent(bytes))
        }
        self.format = format
        let fields =
            switch format {
            case .png: try Self.png(bytes[...], source: source)
            case .jpeg: try Self.jpeg(bytes, source: source)
            }
        (storedWidth, storedHeight, workingBytes, colors) = fields
        guard storedWidth > 0, storedHeight > 0 else {
            throw .noPixels(source: source, width: storedWidth, height: storedHeight)
        }
        orientation = ImageOrientation(bytes, format: format) ?? .topLeft
    }

    private typealias Fields = (width: Int, height: Int, workingBytes: Int, colors: StoredColors)

    /// The chunk IHDR, which stands first. What else is wrong with it, libpng finds.
    private static func png(_ bytes: ArraySlice<UInt8>, source: String) throws(ImageError) -> Fields {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A].prefix(bytes.count)) else {
            throw .malformed(
                source: source, format: .png, message: "line ends were changed, as by a transfer in text mode")
        }
        guard let width = bytes.integer(at: 16, count: 4, isBigEndian: true),
            let height = bytes.integer(at: 20, count: 4, isBigEndian: true),
            let interlacing = bytes.integer(at: 28, count: 1, isBigEndian: true)
        else { throw .truncated(source: source, format: .png, message: "the header is not complete") }
        guard bytes.dropFirst(12).starts(with: "IHDR".utf8) else {
            throw .malformed(source: source, format: .png, message: "no header at the beginning")
        }
        // ISO/IEC 15948, table 8: 2 is "colour", which 0 (grey) and 4 (grey with alpha) lack.
        let colors: StoredColors = bytes.dropFirst(25).first.map { $0 & 2 == 0 } == true ? .grey : .color
        let isSmall = width <= Int(Int32.max) && height <= Int(Int32.max)
        guard interlacing != 0, isSmall else { return (width, height, 0, colors) }
        // Passes of a transparent picture are gathered before alpha counts.
        let (workingBytes, overflows) = (width * height).multipliedReportingOverflow(by: 4)
        return (width, height, overflows ? .max : workingBytes, colors)
    }

    private static func jpeg(_ bytes: [UInt8], source: String) throws(ImageError) -> Fields {
        var (header, failure) = (jpeg_header(), jpeg_failure())
        guard inspect_jpeg(bytes, bytes.count, &header, &failure) else {
            throw JPEGDecoder.error(failure, source: source)
        }
        let colors: StoredColors = header.components == 1 ? .grey : header.components == 4 ? .cmyk : .color
        return (Int(header.width), Int(header.height), Int(clamping: header.working_bytes), colors)
    }
}
