import Geometry
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
        /// The whole picture in its own proportions, as large as fits, in the upper left corner; the rest is of one value.
        case fitted(fill: UInt8)
        /// The whole picture in its own proportions: the shorter side gets `short` pixels, unless the longer one would get more
        /// than `long`; both are rounded down to multiples of `multiple`. The size of the frame follows the picture; `width` and
        /// `height` are those of the largest.
        case bounded(short: Int, long: Int, multiple: Int)
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
        case .fitted(let fill):
            fitted(bitmap, fill: fill)
        case .bounded(let short, let long, let multiple):
            resized(
                bitmap, to: Self.boundedSize(bitmap.width, bitmap.height, short: short, long: long, multiple: multiple))
        }
    }

    private func resized(_ bitmap: Bitmap, to size: (width: Int, height: Int)) -> Bitmap {
        bitmap.resized(
            toWidth: size.width, height: size.height, by: interpolation, isAntialiased: isAntialiased)
    }

    /// The size of the frame of a picture, with the roundings of DETR's and YOLOS's original code, but never without pixels.
    static func boundedSize(
        _ width: Int, _ height: Int, short: Int, long: Int, multiple: Int
    ) -> (width: Int, height: Int) {
        let (least, most) = (Double(min(width, height)), Double(max(width, height)))
        // Of the shorter side; where the longer one is the limit, not yet a whole number.
        let isLimited = most / least * Double(short) > Double(long)
        let exact = isLimited ? Double(long) * least / most : Double(short)
        let side = isLimited ? Int(exact.rounded(.toNearestOrEven)) : short
        func other(_ extent: Int, _ across: Int) -> Int { Int(exact * Double(extent) / Double(across)) }
        let size = width < height ? (side, other(height, width)) : (other(width, height), side)
        // A picture whose shorter side is right keeps its size, whatever rounding would make of it.
        let kept = min(width, height) == side && width >= height ? (width, height) : size
        func cut(_ extent: Int) -> Int { max(multiple, extent - extent % multiple) }
        return (cut(kept.0), cut(kept.1))
    }

    private func fitted(_ bitmap: Bitmap, fill: UInt8) -> Bitmap {
        let inner = fittedSize(width: bitmap.width, height: bitmap.height)
        let resized = resized(bitmap, to: inner)
        var frame = Bitmap(
            width: width, height: height, filledWith: [UInt8](repeating: fill, count: bitmap.channels))
        frame.paste(resized, x: 0, y: 0)
        return frame
    }

    private func fittedSize(width: Int, height: Int) -> (width: Int, height: Int) {
        let scale = min(Double(self.width) / Double(width), Double(self.height) / Double(height))
        func scaled(_ extent: Int, _ limit: Int) -> Int { min(limit, max(1, Int((Double(extent) * scale).rounded()))) }
        return (scaled(width, self.width), scaled(height, self.height))
    }

    /// Where a picture of `width` x `height` pixels lies in its frame.
    public func placement(width: Int, height: Int) -> FramePlacement {
        /// - Parameter extent: of the part of the picture, or of the resized picture, from whose middle the frame is cut.
        func margin(_ extent: Int, _ cut: Int) -> Double {
            Double((max(extent, cut) - cut) / 2 - max(0, cut - extent) / 2)
        }
        func filling(_ size: (width: Int, height: Int)) -> FramePlacement {
            FramePlacement(
                scaleX: Double(size.width) / Double(width), scaleY: Double(size.height) / Double(height))
        }
        switch framing {
        case .stretched: return filling((self.width, self.height))
        case .fitted: return filling(fittedSize(width: width, height: height))
        case .bounded(let short, let long, let multiple):
            return filling(Self.boundedSize(width, height, short: short, long: long, multiple: multiple))
        case .centerSquare(let fraction):
            let side = Bitmap.centerSquareSide(width: width, height: height, fraction: fraction)
            let (scaleX, scaleY) = (Double(self.width) / Double(side), Double(self.height) / Double(side))
            return FramePlacement(
                scaleX: scaleX, scaleY: scaleY,
                origin: Point(-margin(width, side) * scaleX, -margin(height, side) * scaleY))
        case .shortSide(let side):
            let size = Bitmap.size(width: width, height: height, shortSide: side)
            return FramePlacement(
                scaleX: Double(size.width) / Double(width), scaleY: Double(size.height) / Double(height),
                origin: Point(-margin(size.width, self.width), -margin(size.height, self.height)))
        }
    }

    /// The model's input, `[height, width, channels]`.
    public func tensor(_ bitmap: Bitmap) -> Tensor { Tensor(framed(bitmap), normalizedBy: normalization) }

    /// The model's input, `[pictures, height, width, channels]`.
    public func tensor(_ bitmaps: [Bitmap]) -> Tensor {
        Tensor(bitmaps.map(framed), normalizedBy: normalization)
    }
}
