/// Reads PNG and JPEG, recognised by content, as upright RGB pictures of 8 bits.
///
/// Values are taken as they are stored: gamma and colour profiles are ignored, as by the libraries that models are trained
/// with. A file that is cut off or damaged is an error, never half a picture.
public struct ImageReader: Sendable {
    public var limits: ImageLimits
    /// Red, green and blue that show where a PNG is transparent.
    public let background: [UInt8]

    public init(limits: ImageLimits = ImageLimits(), background: [UInt8] = [255, 255, 255]) {
        precondition(background.count == 3, "a background is red, green and blue, not \(background.count) values")
        (self.limits, self.background) = (limits, background)
    }

    /// - Parameter source: what errors call the bytes.
    public func header(of bytes: [UInt8], source: String) throws(ImageError) -> ImageHeader {
        guard bytes.count <= limits.fileSize else { throw .fileTooLarge(source: source, limit: limits.fileSize) }
        return try ImageHeader(bytes, source: source)
    }

    /// The picture, three channels.
    ///
    /// - Parameter source: what errors call the bytes.
    public func decode(_ bytes: [UInt8], source: String) throws(ImageError) -> Bitmap {
        let header = try header(of: bytes, source: source)
        let (width, height) = (header.storedWidth, header.storedHeight)
        if let limit = limits.exceeded(width: width, height: height, workingBytes: header.workingBytes) {
            throw .tooLarge(source: source, width: width, height: height, limit: limit)
        }
        let bitmap =
            switch header.format {
            case .png: try PNGDecoder.decode(bytes, header, background: background, source: source)
            case .jpeg: try JPEGDecoder.decode(bytes, header, source: source)
            }
        return bitmap.upright(from: header.orientation)
    }

    /// The bytes of a file, for more than one look at them.
    public func bytes(ofFile path: String) throws(ImageError) -> [UInt8] {
        try PictureFile.bytes(path, limit: limits.fileSize)
    }

    /// The picture in a file, three channels.
    public func read(_ path: String) throws(ImageError) -> Bitmap {
        try decode(PictureFile.bytes(path, limit: limits.fileSize), source: path)
    }

    /// What a file's first bytes tell of its picture.
    public func header(ofFile path: String) throws(ImageError) -> ImageHeader {
        try header(of: PictureFile.bytes(path, limit: limits.fileSize), source: path)
    }
}
