public import Datasets
import Geometry
public import Images

/// Pictures with boxes that were found to be whole, those of small data sets kept as the network takes them.
public struct PreparedBoxPictures: Sendable {
    public let pictures: [AnnotatedPicture]
    public let preprocessing: ImagePreprocessing
    /// Pictures that could not be read and were left out.
    public let bad: [any Error]
    /// The things in each picture, in the frame.
    private let targets: [[DetectionTarget]]
    /// The framed picture, where there was room for it.
    private let kept: [Bitmap?]

    private struct Content: Sendable {
        let bitmap: Bitmap?
        let targets: [DetectionTarget]
    }

    /// Reads every picture once, several at a time.
    ///
    /// - Parameters:
    ///   - badLimit: pictures that may be left out because they cannot be read.
    ///   - byteLimit: of the framed pictures that are kept.
    ///   - path: what errors call the data.
    ///   - progress: told how many are done; from any thread.
    /// - Throws: ``PictureDataError`` where more cannot be read, with the last of them.
    public init(
        _ pictures: [AnnotatedPicture], preprocessing: ImagePreprocessing, skippingBad badLimit: Int = 0,
        keeping byteLimit: Int = PreparedPictures.standardLimit, path: String,
        progress: @Sendable (Int) -> Void = { _ in }
    ) throws(PictureDataError) {
        self.preprocessing = preprocessing
        let reader = ImageReader()
        let room = byteLimit / max(1, 3 * preprocessing.width * preprocessing.height)
        let found = try readPictures(
            pictures.count, skippingBad: badLimit, path: path, progress: progress
        ) { index throws(ImageError) -> Content in
            let bitmap = try reader.read(pictures[index].path)
            return Content(
                bitmap: index < room ? preprocessing.framed(bitmap) : nil,
                targets: Self.targets(
                    pictures[index].boxes, preprocessing, width: bitmap.width, height: bitmap.height))
        }
        var (good, targets, kept, bad): ([AnnotatedPicture], [[DetectionTarget]], [Bitmap?], [any Error]) =
            ([], [], [], [])
        for (picture, result) in zip(pictures, found) {
            do throws(ImageError) {
                let content = try result.get()
                kept.append(content.bitmap)
                targets.append(content.targets)
                good.append(picture)
            } catch {
                bad.append(error)
            }
        }
        guard !good.isEmpty else { throw PictureDataError(path: path, .empty("it")) }
        (self.pictures, self.targets, self.kept, self.bad) = (good, targets, kept, bad)
    }

    /// Things in the frame; what lies outside of the picture is cut off.
    private static func targets(
        _ boxes: [AnnotatedBox], _ preprocessing: ImagePreprocessing, width: Int, height: Int
    ) -> [DetectionTarget] {
        let placement = preprocessing.placement(width: width, height: height)
        let whole = Rectangle(x: 0, y: 0, width: Double(width), height: Double(height))
        return boxes.compactMap { box in
            let inside = placement.inFrame(box.rectangle.intersection(whole))
            guard inside.area > 0 else { return nil }
            return DetectionTarget(classIndex: box.label, box: inside, isIgnored: box.isCrowd)
        }
    }

    public var count: Int { pictures.count }

    /// A picture as the network sees it, with its things.
    public func framed(_ number: Int) throws(ImageError) -> AnnotatedFrame {
        if let bitmap = kept[number] { return AnnotatedFrame(bitmap, targets: targets[number]) }
        let bitmap = preprocessing.framed(try ImageReader().read(pictures[number].path))
        return AnnotatedFrame(bitmap, targets: targets[number])
    }
}
