public import Images

/// A picture in a network's frame, with the things that it shows.
public struct AnnotatedFrame: Sendable, Hashable {
    public var bitmap: Bitmap
    public var targets: [DetectionTarget]

    public init(_ bitmap: Bitmap, targets: [DetectionTarget]) { (self.bitmap, self.targets) = (bitmap, targets) }
}
