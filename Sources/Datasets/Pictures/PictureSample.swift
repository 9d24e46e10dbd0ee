public import Images

/// A picture whose class is known.
public struct PictureSample: Sendable {
    public enum Content: Sendable {
        case file(String)
        case bitmap(Bitmap)
    }

    /// The path within its data set, or a place in an IDX file.
    public let name: String
    /// The number of the class.
    public let label: Int
    public let content: Content

    public init(name: String, label: Int, content: Content) {
        (self.name, self.label, self.content) = (name, label, content)
    }

    /// The picture, three channels.
    public func picture(by reader: ImageReader = ImageReader()) throws(ImageError) -> Bitmap {
        switch content {
        case .file(let path): try reader.read(path)
        case .bitmap(let bitmap): bitmap.rgb()
        }
    }
}
