/// An array of bytes as in the files of MNIST: two zero bytes, the type 8, the number of axes, their extents as big-endian
/// 32-bit integers, then the bytes, the last axis fastest. A file may be compressed by gzip.
public struct IDXFile: Sendable {
    public let path: String
    public let shape: [Int]
    public let bytes: [UInt8]

    /// More is not read.
    static let limit = 4 << 30

    /// - Parameter rank: axes that are expected.
    public init(path: String, rank: Int) throws(PictureDataError) {
        func fault(_ message: String) -> PictureDataError { PictureDataError(path: path, .notIDX(message)) }
        self.path = path
        let file = try GzipFile(path: path)
        let head = try file.read(4)
        guard head.count == 4, head[0] == 0, head[1] == 0 else { throw fault("it does not begin with two zeros") }
        guard head[2] == 8 else { throw fault("its type is \(head[2]), expected 8, unsigned bytes") }
        guard Int(head[3]) == rank else { throw fault("it has \(head[3]) axes, expected \(rank)") }
        let extents = try file.read(4 * rank)
        guard extents.count == 4 * rank else { throw fault("it is cut off within its header") }
        shape = (0..<rank).map { axis in extents[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) } }
        var count = 1
        for extent in shape {
            let product = count.multipliedReportingOverflow(by: extent)
            guard !product.overflow, product.partialValue <= Self.limit else {
                throw fault("its extents \(shape) are more than \(Self.limit) bytes")
            }
            count = product.partialValue
        }
        // In pieces: what the header claims is not reserved before it is seen.
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try file.read(min(count - bytes.count, 1 << 24))
            guard !piece.isEmpty else { throw fault("it ends after \(bytes.count) of \(count) bytes") }
            bytes += piece
        }
        guard try file.read(1).isEmpty else { throw fault("bytes follow behind its \(count)") }
        self.bytes = bytes
    }
}
