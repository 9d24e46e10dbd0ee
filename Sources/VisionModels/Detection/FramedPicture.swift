public import Geometry
public import Images

/// What a network sees of a picture, and which part of the picture that is.
public struct FramedPicture: Sendable, Hashable {
    public let bitmap: Bitmap
    /// Where the picture lies in it.
    public let placement: FramePlacement
    /// The part of the upright picture that was framed, in its pixels.
    public let part: Rectangle
    /// The whole of the upright picture.
    public let whole: Rectangle

    /// - Parameter tile: the part of the picture that is framed; all of it where nil.
    init(_ picture: Bitmap, tile: PixelRectangle? = nil, _ preprocessing: ImagePreprocessing) {
        let tile = tile ?? PixelRectangle(x: 0, y: 0, width: picture.width, height: picture.height)
        bitmap = preprocessing.framed(picture.cropped(to: tile).rgb())
        part = Rectangle(
            x: Double(tile.x), y: Double(tile.y), width: Double(tile.width), height: Double(tile.height))
        whole = Rectangle(x: 0, y: 0, width: Double(picture.width), height: Double(picture.height))
        var placement = preprocessing.placement(width: tile.width, height: tile.height)
        placement.origin.x -= part.x * placement.scaleX
        placement.origin.y -= part.y * placement.scaleY
        self.placement = placement
    }

    /// A box of the frame as one of the picture, which ends where the part does; nil where nothing of it lies within.
    func found(_ candidate: DetectionCandidate) -> ScoredBox? {
        let box = placement.inPicture(candidate.box).intersection(part)
        guard box.width > 0, box.height > 0 else { return nil }
        return ScoredBox(
            classIndex: candidate.classIndex, confidence: candidate.confidence, box: box, isCut: isCut(box))
    }

    /// Whether a box reaches a border of the part within the picture, as far as borders of boxes can be trusted.
    private func isCut(_ box: Rectangle) -> Bool {
        let (across, down) = (0.02 * part.width, 0.02 * part.height)
        return part.x > whole.x && box.x < part.x + across
            || part.y > whole.y && box.y < part.y + down
            || part.maximumX < whole.maximumX && box.maximumX > part.maximumX - across
            || part.maximumY < whole.maximumY && box.maximumY > part.maximumY - down
    }
}
