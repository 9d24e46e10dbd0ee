import Checkpoints
import Images
import Kernels

/// `preprocessor_config.json` of Hugging Face's image processors.
struct PreprocessorFile: Codable {
    /// One number, `shortest_edge`, or `height` and `width`.
    struct Size: Codable {
        var shortestEdge: Int?
        var longestEdge: Int?
        var height: Int?
        var width: Int?

        enum CodingKeys: String, CodingKey {
            case shortestEdge = "shortest_edge"
            case longestEdge = "longest_edge"
            case height
            case width
        }

        init(shortestEdge: Int? = nil, longestEdge: Int? = nil, height: Int? = nil, width: Int? = nil) {
            (self.shortestEdge, self.longestEdge) = (shortestEdge, longestEdge)
            (self.height, self.width) = (height, width)
        }

        /// Whether it says height and width, and not the edges of pictures of any proportions.
        ///
        /// - Parameter longestEdge: beside it; then one number is the shortest.
        func isRectangle(_ longestEdge: Int?) -> Bool {
            shortestEdge == nil && self.longestEdge == nil && longestEdge == nil && height != nil && width != nil
        }

        init(from decoder: any Decoder) throws {
            if let both = try? decoder.singleValueContainer().decode(Int.self) {
                (height, width) = (both, both)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            shortestEdge = try container.decodeIfPresent(Int.self, forKey: .shortestEdge)
            longestEdge = try container.decodeIfPresent(Int.self, forKey: .longestEdge)
            height = try container.decodeIfPresent(Int.self, forKey: .height)
            width = try container.decodeIfPresent(Int.self, forKey: .width)
        }
    }

    var size: Size?
    /// Of the longer side, in older files.
    var longestEdge: Int?
    var cropSize: Size?
    /// Of the shorter side, what remains behind the crop.
    var cropFraction: Double?
    /// Pillow's number of a filter.
    var resampling: Int?
    var crops: Bool?
    /// Whether the picture keeps its proportions, and what it does not cover is of the value `padding`.
    var pads: Bool?
    var padding: UInt8?
    var scales: Bool?
    var scale: Float?
    var normalizes: Bool?
    var mean: [Float]?
    var deviation: [Float]?

    enum CodingKeys: String, CodingKey {
        case size
        case longestEdge = "max_size"
        case cropSize = "crop_size"
        case cropFraction = "crop_pct"
        case resampling = "resample"
        case crops = "do_center_crop"
        case pads = "do_pad"
        case padding = "padding_value"
        case scales = "do_rescale"
        case scale = "rescale_factor"
        case normalizes = "do_normalize"
        case mean = "image_mean"
        case deviation = "image_std"
    }

    private typealias Limits = ConfigurationLimits<CodingKeys, VisionModelError>

    /// In the order of Pillow's numbers.
    static let interpolations: [Interpolation] = [.nearest, .lanczos, .bilinear, .bicubic, .box]

    /// - Parameters:
    ///   - standard: what counts where the file says nothing.
    ///   - takesAnySize: whether the network takes pictures of another size than `standard` has.
    func preprocessing(
        standard: ImagePreprocessing, takesAnySize: Bool, path: String
    ) throws(VisionModelError) -> ImagePreprocessing {
        let limits = Limits(file: path)
        var result = standard
        func extent(_ key: CodingKeys, _ value: Int) throws(VisionModelError) -> Int {
            try limits.check(key, value, 1...4_096)
            return value
        }
        if let fraction = cropFraction {
            guard fraction > 0.01, fraction <= 1 else {
                throw limits.invalid(.cropFraction, "\(fraction)", "0.01 to 1")
            }
        }
        if case .bounded(let short, let long, let multiple) = standard.framing, let size, !size.isRectangle(longestEdge)
        {
            let short = try extent(.size, size.shortestEdge ?? size.height ?? short)
            let long = try extent(.longestEdge, size.longestEdge ?? longestEdge ?? max(short, long))
            guard short <= long, short >= multiple else {
                throw limits.invalid(.size, "\(short) and \(long)", "edges from \(multiple) on, the shortest first")
            }
            result.framing = .bounded(short: short, long: long, multiple: multiple)
            (result.width, result.height) = (long - long % multiple, long - long % multiple)
        } else if let edge = size?.shortestEdge {
            let edge = try extent(.size, edge)
            if crops == true, let crop = cropSize {
                result.height = try extent(.cropSize, crop.height ?? crop.shortestEdge ?? edge)
                result.width = try extent(.cropSize, crop.width ?? crop.shortestEdge ?? edge)
                result.framing = .shortSide(max(edge, result.height, result.width))
            } else {
                (result.height, result.width) = (edge, edge)
                result.framing = .shortSide(Int((Double(edge) / (cropFraction ?? 1)).rounded(.down)))
            }
        } else if let size {
            result.height = try extent(.size, size.height ?? standard.height)
            result.width = try extent(.size, size.width ?? standard.width)
            result.framing =
                pads == true
                ? .fitted(fill: padding ?? 0) : cropFraction.map { .centerSquare(fraction: $0) } ?? .stretched
        }
        guard takesAnySize || (result.height, result.width) == (standard.height, standard.width) else {
            throw limits.invalid(
                .size, "\(result.height) × \(result.width)", "\(standard.height) × \(standard.width), as in config.json"
            )
        }
        if let number = resampling {
            guard Self.interpolations.indices.contains(number) else {
                throw limits.invalid(.resampling, "\(number)", "0 to 4")
            }
            result.interpolation = Self.interpolations[number]
        }
        result.normalization = try normalization(standard.normalization, path: path)
        return result
    }

    private func normalization(
        _ standard: PixelNormalization, path: String
    ) throws(VisionModelError) -> PixelNormalization {
        var (mean, deviation) = (self.mean ?? standard.mean, self.deviation ?? standard.deviation)
        if normalizes == false { (mean, deviation) = ([0, 0, 0], [1, 1, 1]) }
        let scale = scales == false ? 1 : self.scale ?? standard.scale
        let limits = Limits(file: path)
        try limits.checkChannels(.mean, mean, mayBeZero: true)
        try limits.checkChannels(.deviation, deviation, mayBeZero: false)
        try limits.checkChannels(.scale, [scale, scale, scale], mayBeZero: false)
        return PixelNormalization(scale: scale, mean: mean, deviation: deviation)
    }
}
