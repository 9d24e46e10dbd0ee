/// What a picture may cost, judged before any of it is decoded: a file of a few bytes can claim any size.
public struct ImageLimits: Sendable, Hashable {
    /// Pixels of a row or a column.
    public var side: Int
    public var pixelCount: Int
    /// Bytes of the file.
    public var fileSize: Int
    /// Bytes of the decoded picture and of what its decoder keeps beside it.
    public var memory: Int

    public init(
        side: Int = 65_535, pixelCount: Int = 100_000_000, fileSize: Int = 512 << 20, memory: Int = 1 << 30
    ) {
        (self.side, self.pixelCount, self.fileSize, self.memory) = (side, pixelCount, fileSize, memory)
    }

    /// The limit that was passed.
    public enum Exceeded: Sendable, Hashable, CustomStringConvertible {
        case side(Int)
        case pixelCount(Int)
        case memory(Int)

        public var description: String {
            switch self {
            case .side(let count): "at most \(count) in a row or column"
            case .pixelCount(let count): "at most \(count) in all"
            case .memory(let bytes): "at most \(bytes) bytes while decoding"
            }
        }
    }

    /// Why a picture is not decoded, or nil.
    ///
    /// - Parameter workingBytes: what the decoder keeps beside the pixels.
    func exceeded(width: Int, height: Int, workingBytes: Int) -> Exceeded? {
        if width > side || height > side { return .side(side) }
        let (pixels, overflows) = width.multipliedReportingOverflow(by: height)
        if overflows || pixels > pixelCount { return .pixelCount(pixelCount) }
        let (bytes, pixelsOverflow) = pixels.multipliedReportingOverflow(by: 3)
        let (sum, sumOverflows) = bytes.addingReportingOverflow(workingBytes)
        return pixelsOverflow || sumOverflows || sum > memory ? .memory(memory) : nil
    }
}
