public import Datasets
public import Images

/// Pictures that were found to be whole, those of small data sets kept as the network takes them.
public struct PreparedPictures: Sendable {
    public let samples: [PictureSample]
    public let preprocessing: ImagePreprocessing
    /// Pictures that could not be read and were left out.
    public let bad: [any Error]
    /// The framed picture of each sample, where there was room for it.
    private let kept: [Bitmap?]

    /// Bytes of framed pictures that are kept at most, where nothing else is asked for.
    public static let standardLimit = 2 << 30

    /// Reads every picture once, several at a time.
    ///
    /// - Parameters:
    ///   - badLimit: pictures that may be left out because they cannot be read.
    ///   - byteLimit: of the framed pictures that are kept. What is in memory anyway is not kept twice.
    ///   - path: what errors call the data.
    ///   - progress: told how many are done; from any thread.
    /// - Throws: ``PictureDataError`` where more cannot be read, with the last of them.
    public init(
        _ samples: [PictureSample], preprocessing: ImagePreprocessing, skippingBad badLimit: Int = 0,
        keeping byteLimit: Int = standardLimit, path: String, progress: @Sendable (Int) -> Void = { _ in }
    ) throws(PictureDataError) {
        self.preprocessing = preprocessing
        let reader = ImageReader()
        let size = 3 * preprocessing.width * preprocessing.height
        let room = byteLimit / max(1, size)
        let found = try readPictures(
            samples.count, skippingBad: badLimit, path: path, progress: progress
        ) { index throws(ImageError) -> Bitmap? in
            guard case .file = samples[index].content else { return nil }
            let picture = preprocessing.framed(try samples[index].picture(by: reader))
            return index < room ? picture : nil
        }
        var (good, kept, bad): ([PictureSample], [Bitmap?], [any Error]) = ([], [], [])
        for (sample, picture) in zip(samples, found) {
            do throws(ImageError) {
                kept.append(try picture.get())
                good.append(sample)
            } catch {
                bad.append(error)
            }
        }
        guard !good.isEmpty else { throw PictureDataError(path: path, .empty("it")) }
        (self.samples, self.kept, self.bad) = (good, kept, bad)
    }

    /// The part of a sample's picture that the network sees.
    public func picture(_ number: Int) throws(ImageError) -> Bitmap {
        if let picture = kept[number] { return picture }
        return preprocessing.framed(try samples[number].picture())
    }

    /// The same with another way to make numbers of the bytes.
    public func normalized(by normalization: PixelNormalization) -> PreparedPictures {
        PreparedPictures(self, normalization)
    }

    private init(_ other: PreparedPictures, _ normalization: PixelNormalization) {
        (samples, bad, kept) = (other.samples, other.bad, other.kept)
        var preprocessing = other.preprocessing
        preprocessing.normalization = normalization
        self.preprocessing = preprocessing
    }
}
