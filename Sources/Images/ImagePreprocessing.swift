public import Tensors

/// How a model wants its pictures: which part of them, of what size, and how their bytes become numbers.
public struct ImagePreprocessing: Sendable, Hashable {
    public enum Framing: Sendable, Hashable {
        /// The whole picture, whatever its proportions.
        case stretched
        /// The square in the middle, its side a fraction of the picture's shorter side, is cut out and then resized.
        case centerSquare(fraction: Double)
        /// The shorter side is resized to so many pixels, then the middle is cut out.
        case shortSide(Int)
    }

    /// Pixels.
    public var width: Int
    public var height: Int
    public var framing: Framing
    public var interpolation: Interpolation
    public var isAntialiased: Bool
    public var normalization: PixelNormalization

    public init(
        width: Int, height: Int, framing: Framing, interpolation: Interpolation, isAntialiased: Bool = true,
        normalization: PixelNormalization
    ) {
        (self.width, self.height, self.framing) = (width, height, framing)
        (self.interpolation, self.isAntialiased) = (interpolation, isAntialiased)
        self.normalization = normalization
    }

    /// The part of the picture that the model sees, `width` x `height` pixels.
    public func framed(_ bitmap: Bitmap) -> Bitmap {
        switch framing {
        case .stretched:
            bitmap.resized(toWidth: width, height: height, by: interpolation, isAntialiased: isAntialiased)
        case .centerSquare(let fraction):
            bitmap.centerSquare(fraction: fraction)
                .resized(toWidth: width, height: height, by: interpolation, isAntialiased: isAntialiased)
        case .shortSide(let side):
            bitmap.resized(shortSide: side, by: interpolation, isAntialiased: isAntialiased)
                .centerCropped(toWidth: width, height: height)
        }
    }

    /// The model's input, `[height, width, channels]`.
    public func tensor(_ bitmap: Bitmap) -> Tensor { Tensor(framed(bitmap), normalizedBy: normalization) }

    /// The model's input, `[pictures, height, width, channels]`.
    public func tensor(_ bitmaps: [Bitmap]) -> Tensor {
        Tensor(bitmaps.map(framed), normalizedBy: normalization)
    }
}
