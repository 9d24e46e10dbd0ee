import Hashing
public import Images

/// What is to be known of one picture for judging it among others: found by reading it once, then small.
public struct PictureFacts: Sendable {
    struct Content: Sendable {
        let width: Int
        let height: Int
        /// Nil for what is no file.
        let format: ImageFormat?
        let colors: StoredColors
        let fileDigest: SHA256Digest?
        let pixelDigest: SHA256Digest
    }

    /// Or why it cannot be read.
    enum Outcome: Sendable {
        case read(Content)
        case failed(String)
    }

    let outcome: Outcome

    public init(reading sample: PictureSample, by reader: ImageReader = ImageReader()) {
        switch sample.content {
        case .bitmap(let bitmap):
            outcome = .read(
                Content(
                    width: bitmap.width, height: bitmap.height, format: nil,
                    colors: bitmap.channels < 3 ? .grey : .color, fileDigest: nil,
                    pixelDigest: Self.digest(bitmap)))
        case .file(let path):
            do throws(ImageError) {
                let bytes = try reader.bytes(ofFile: path)
                let header = try reader.header(of: bytes, source: path)
                let bitmap = try reader.decode(bytes, source: path)
                outcome = .read(
                    Content(
                        width: bitmap.width, height: bitmap.height, format: header.format, colors: header.colors,
                        fileDigest: SHA256.hash(bytes), pixelDigest: Self.digest(bitmap)))
            } catch {
                let (text, prefix) = ("\(error)", "\(path): ")
                outcome = .failed(text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
            }
        }
    }

    /// Of the extents too: the same bytes can be pictures of several.
    private static func digest(_ bitmap: Bitmap) -> SHA256Digest {
        var hasher = SHA256()
        hasher.update("\(bitmap.width) \(bitmap.height) \(bitmap.channels) ".utf8)
        hasher.update(bitmap.bytes)
        return hasher.finalized()
    }
}
