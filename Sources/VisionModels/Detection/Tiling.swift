public import Images

/// How a picture is looked at in parts besides the whole, so that things are found that are small in it.
public struct Tiling: Sendable, Hashable {
    /// Pixels of the picture, of both sides of a tile.
    public var side: Int
    /// At least so much of a tile is part of its neighbour too: things up to this size are whole in one of them.
    public var overlap: Double

    /// - Precondition: `side` is positive, `overlap` at least 0 and below 1.
    public init(side: Int, overlap: Double = 0.25) {
        precondition(
            side > 0 && overlap >= 0 && overlap < 1, "tiles of \(side) pixels that overlap by \(overlap)")
        (self.side, self.overlap) = (side, overlap)
    }

    /// The tiles of a picture, row after row, as evenly spread as pixels allow; none where one would be the whole picture.
    public func tiles(width: Int, height: Int) -> [PixelRectangle] {
        guard width > side || height > side else { return [] }
        return starts(height).flatMap { y in
            starts(width).map { x in
                PixelRectangle(x: x, y: y, width: min(side, width), height: min(side, height))
            }
        }
    }

    private func starts(_ extent: Int) -> [Int] {
        guard extent > side else { return [0] }
        let (free, step) = (extent - side, max(1, side - Int((overlap * Double(side)).rounded(.up))))
        let count = (free + step - 1) / step
        return (0...count).map { $0 * free / count }
    }
}
