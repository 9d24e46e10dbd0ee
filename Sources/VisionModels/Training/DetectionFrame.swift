public import Datasets
import Images

/// The size of a detector's pictures.
public struct DetectionFrame: Sendable, Hashable {
    public let width: Int
    public let height: Int

    /// Where nothing else is asked for, the longer side of pictures becomes so many pixels.
    public static let standardSide = 320
    /// A pixel of the smallest map.
    private static let leastExtent = 32

    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// The next frame that is no smaller and whose extents are possible.
    func rounded(toMultipleOf multiple: Int) -> DetectionFrame {
        func rounded(_ extent: Int) -> Int { (extent + multiple - 1) / multiple * multiple }
        return DetectionFrame(width: rounded(width), height: rounded(height))
    }

    /// The smallest frame that holds all pictures once the longer side of each is `side` pixels.
    ///
    /// Pictures whose size cannot be told are left to those who read them whole.
    public init(of pictures: [AnnotatedPicture], side: Int) {
        let reader = ImageReader()
        var (width, height) = (1, 1)
        for picture in pictures {
            guard let header = try? reader.header(ofFile: picture.path) else { continue }
            let scale = Double(side) / Double(max(header.width, header.height))
            func scaled(_ extent: Int) -> Int { min(side, max(1, Int((Double(extent) * scale).rounded()))) }
            (width, height) = (max(width, scaled(header.width)), max(height, scaled(header.height)))
        }
        self.init(width: max(width, Self.leastExtent), height: max(height, Self.leastExtent))
    }
}
