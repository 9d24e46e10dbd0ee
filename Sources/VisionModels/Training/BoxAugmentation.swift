import Geometry
public import Images
public import Tensors

/// Changes to pictures with boxes by chance: the boxes go where the things go.
public struct BoxAugmentation: Sendable, Hashable {
    /// Whether half of the pictures are mirrored from left to right, and half from top to bottom.
    public var flipsHorizontally = true
    public var flipsVertically = false
    /// By how much things are made larger; what is then too large is cut off.
    public var scale = 1.0...1.0
    /// By how much more on one axis than on the other.
    public var aspect = 1.0...1.0
    /// How often four pictures become one (Bochkovskiy et al. 2020, "YOLOv4", section 3.3).
    public var mosaicProbability = 0.0
    /// Changes that leave everything in its place, at last.
    public var colors = ImageAugmentation([])
    /// What is empty, as in the frame of a picture that does not fill it.
    public var fill = PyramidDetectorConfiguration.fill

    /// Of a thing that was cut so much less is left, nothing is learnt: neither that it is one, nor that it is none.
    private static let leastVisiblePart = 0.25
    /// Pixels.
    private static let leastExtent = 2.0

    public init() {}

    /// The picture changed; its size stays.
    ///
    /// - Parameter another: another picture of the same size, by random numbers.
    public func callAsFunction(
        _ picture: AnnotatedFrame, using random: inout RandomSource,
        another: (inout RandomSource) throws(ImageError) -> AnnotatedFrame
    ) throws(ImageError) -> AnnotatedFrame {
        var result: AnnotatedFrame
        if mosaicProbability > 0, random.uniform(in: 0...1) < mosaicProbability {
            result = try mosaic(picture, using: &random, another: another)
        } else {
            let all = PixelRectangle(x: 0, y: 0, width: picture.bitmap.width, height: picture.bitmap.height)
            result = placed(picture, in: all, using: &random)
        }
        if flipsHorizontally, random.index(below: 2) == 1 { result = result.flippedHorizontally() }
        if flipsVertically, random.index(below: 2) == 1 { result = result.flippedVertically() }
        result.bitmap = colors(result.bitmap, using: &random)
        return result
    }

    /// Parts of four pictures around a point in the middle half.
    private func mosaic(
        _ picture: AnnotatedFrame, using random: inout RandomSource,
        another: (inout RandomSource) throws(ImageError) -> AnnotatedFrame
    ) throws(ImageError) -> AnnotatedFrame {
        let (width, height) = (picture.bitmap.width, picture.bitmap.height)
        func part(_ extent: Int) -> Int { extent / 4 + random.index(below: max(1, extent / 2)) }
        let (left, top) = (max(1, part(width)), max(1, part(height)))
        var result = AnnotatedFrame(picture.bitmap, targets: [])
        for (number, corner) in [(0, 0), (left, 0), (0, top), (left, top)].enumerated() {
            let area = PixelRectangle(
                x: corner.0, y: corner.1, width: corner.0 == 0 ? left : width - left,
                height: corner.1 == 0 ? top : height - top)
            guard area.width > 0, area.height > 0 else { continue }
            let one = placed(number == 0 ? picture : try another(&random), in: area, using: &random)
            result.bitmap.paste(one.bitmap.cropped(to: area), x: area.x, y: area.y)
            result.targets += one.targets
        }
        return result
    }

    /// A picture scaled and moved so that it covers an area of its frame, or lies within that; targets are cut there.
    private func placed(
        _ picture: AnnotatedFrame, in area: PixelRectangle, using random: inout RandomSource
    ) -> AnnotatedFrame {
        let size = random.uniform(in: scale)
        let stretch = random.uniform(in: aspect).squareRoot()
        let (scaleX, scaleY) = (size * stretch, size / stretch)
        func origin(_ start: Int, _ extent: Int, _ scaled: Double) -> Double {
            let room = Double(extent) - scaled
            return Double(start) + random.uniform(in: min(0, room)...max(0, room))
        }
        let placement = FramePlacement(
            scaleX: scaleX, scaleY: scaleY,
            origin: Point(
                origin(area.x, area.width, Double(picture.bitmap.width) * scaleX),
                origin(area.y, area.height, Double(picture.bitmap.height) * scaleY)))
        let map = AffineMap(
            a: 1 / scaleX, b: 0, c: -placement.origin.x / scaleX, d: 0, e: 1 / scaleY,
            f: -placement.origin.y / scaleY)
        let bounds = Rectangle(
            x: Double(area.x), y: Double(area.y), width: Double(area.width), height: Double(area.height))
        return AnnotatedFrame(
            picture.bitmap.warped(by: map, fill: [UInt8](repeating: fill, count: picture.bitmap.channels)),
            targets: picture.targets.compactMap { target in
                let whole = placement.inFrame(target.box)
                var cut = target
                cut.box = whole.intersection(bounds)
                guard cut.box.area > 0 else { return nil }
                let isSmall = min(cut.box.width, cut.box.height) < Self.leastExtent
                if isSmall || cut.box.area < Self.leastVisiblePart * whole.area { cut.isIgnored = true }
                return cut
            })
    }
}

extension AnnotatedFrame {
    func flippedHorizontally() -> AnnotatedFrame {
        AnnotatedFrame(
            bitmap.flippedHorizontally(),
            targets: targets.map { target in
                var target = target
                target.box.x = Double(bitmap.width) - target.box.maximumX
                return target
            })
    }

    func flippedVertically() -> AnnotatedFrame {
        AnnotatedFrame(
            bitmap.flippedVertically(),
            targets: targets.map { target in
                var target = target
                target.box.y = Double(bitmap.height) - target.box.maximumY
                return target
            })
    }
}
