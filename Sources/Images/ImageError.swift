/// Why a picture could not be read or written; `source` is the path, or what the caller called the bytes.
public enum ImageError: Error, Sendable, Equatable {
    case notFound(source: String)
    case isDirectory(source: String)
    case notPermitted(source: String)
    case isEmpty(source: String)
    /// The bytes are of no format that is read; `content` tells what they look like, where that is known.
    case notAPicture(source: String, content: ForeignContent?)
    /// The header claims a picture without pixels.
    case noPixels(source: String, width: Int, height: Int)
    /// Judged by the header, before anything was decoded.
    case tooLarge(source: String, width: Int, height: Int, limit: ImageLimits.Exceeded)
    case fileTooLarge(source: String, limit: Int)
    /// The file ends before its picture does.
    case truncated(source: String, format: ImageFormat, message: String)
    case malformed(source: String, format: ImageFormat, message: String)
    case unsupported(source: String, format: ImageFormat, message: String)
    /// The operating system refused `operation`.
    case system(source: String, operation: String, message: String)
    case cannotEncode(reason: String)
    case cannotWrite(path: String, message: String)
}

extension ImageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let source): "\(source): no such file"
        case .isDirectory(let source): "\(source): is a folder, a picture was expected"
        case .notPermitted(let source): "\(source): reading is not permitted"
        case .isEmpty(let source): "\(source): the file is empty (0 bytes)"
        case .notAPicture(let source, let content): "\(source): \(Self.explanation(of: content))"
        case .noPixels(let source, let width, let height):
            "\(source): claims a size of \(width) x \(height), which holds no pixels; the file is damaged"
        case .tooLarge(let source, let width, let height, let limit):
            "\(source): \(width) x \(height) pixels are more than is read at once (\(limit)); make the picture smaller "
                + "first, or raise the limit"
        case .fileTooLarge(let source, let limit):
            "\(source): a file of more than \(limit) bytes is not read as a picture; make it smaller first"
        case .truncated(let source, let format, let message):
            "\(source): the \(format) file is cut off (\(message)); fetch or copy it again"
        case .malformed(let source, let format, let message):
            "\(source): the \(format) file is damaged (\(message)); fetch or copy it again"
        case .unsupported(let source, let format, let message):
            "\(source): this kind of \(format) is not read (\(message)); convert it first: "
                + "convert INPUT -depth 8 -colorspace sRGB OUTPUT.png"
        case .system(let source, let operation, let message): "\(source): \(operation) failed: \(message)"
        case .cannotEncode(let reason): "the picture cannot be written as PNG: \(reason)"
        case .cannotWrite(let path, let message): "\(path): could not be written: \(message)"
        }
    }

    private static func explanation(of content: ForeignContent?) -> String {
        switch content {
        case nil: "not a picture in a known format; PNG and JPEG are read"
        case .some(let content) where content.isPicture:
            "\(content), which is not read; convert it first: convert INPUT OUTPUT.png"
        case .some(let content): "not a picture but \(content); PNG and JPEG are read"
        }
    }
}
