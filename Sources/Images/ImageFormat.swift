/// A format that is read, recognised by a file's first bytes and never by its name.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case png
    case jpeg

    public init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }

    public var description: String { rawValue.uppercased() }

    /// Those of file names, lower-case and without the dot; the usual one first.
    public var endings: [String] {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        }
    }

    /// What folders are searched for.
    public static let allEndings = allCases.flatMap(\.endings)
}

/// What a file that is neither PNG nor JPEG looks like, for error messages that help.
public enum ForeignContent: Sendable, Hashable, CustomStringConvertible {
    case gif, webp, tiff, bmp, heif, jpegXL, jpeg2000, svg, pdf
    case zip, gzip, executable, sound, text

    private static let prefixLength = 512

    var isPicture: Bool {
        switch self {
        case .gif, .webp, .tiff, .bmp, .heif, .jpegXL, .jpeg2000, .svg, .pdf: true
        case .zip, .gzip, .executable, .sound, .text: false
        }
    }

    public var description: String {
        switch self {
        case .gif: "a GIF picture"
        case .webp: "a WebP picture"
        case .tiff: "a TIFF picture"
        case .bmp: "a BMP picture"
        case .heif: "a HEIF or AVIF picture"
        case .jpegXL: "a JPEG XL picture"
        case .jpeg2000: "a JPEG 2000 picture"
        case .svg: "an SVG drawing"
        case .pdf: "a PDF document"
        case .zip: "a ZIP archive"
        case .gzip: "gzip-compressed data"
        case .executable: "an executable program"
        case .sound: "a sound file"
        case .text: "text"
        }
    }

    private static let signatures: [(offset: Int, bytes: [UInt8], content: ForeignContent)] = [
        (0, Array("GIF8".utf8), .gif), (8, Array("WEBP".utf8), .webp), (0, Array("II*\0".utf8), .tiff),
        (0, Array("MM\0*".utf8), .tiff), (4, Array("ftyphei".utf8), .heif), (4, Array("ftypmif1".utf8), .heif),
        (4, Array("ftypavif".utf8), .heif), (0, [0xFF, 0x0A], .jpegXL), (4, Array("JXL ".utf8), .jpegXL),
        (4, Array("jP  ".utf8), .jpeg2000), (0, Array("%PDF".utf8), .pdf), (0, [0x50, 0x4B, 3, 4], .zip),
        (0, [0x1F, 0x8B], .gzip), (0, [0x7F, 0x45, 0x4C, 0x46], .executable), (8, Array("WAVE".utf8), .sound),
        (0, Array("fLaC".utf8), .sound), (0, Array("OggS".utf8), .sound), (0, Array("ID3".utf8), .sound),
    ]

    /// Judges by the first bytes; nil where they say nothing.
    init?(_ bytes: [UInt8]) {
        for signature in Self.signatures where bytes.dropFirst(signature.offset).starts(with: signature.bytes) {
            self = signature.content
            return
        }
        let prefix = bytes.prefix(Self.prefixLength)
        let isPrintable = prefix.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        // A longer text may be cut within a character.
        let cuts = bytes.count > prefix.count ? 0...3 : 0...0
        let text = cuts.lazy.compactMap { String(validating: prefix.dropLast($0), as: UTF8.self) }.first
        guard isPrintable, let text, !prefix.isEmpty else {
            // Two letters are little to go by; what could be text is not taken for a picture.
            guard prefix.starts(with: Array("BM".utf8)) else { return nil }
            self = .bmp
            return
        }
        self = text.contains("<svg") ? .svg : .text
    }
}
