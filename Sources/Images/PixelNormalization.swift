import Kernels
public import Tensors

/// From bytes to what a network takes, per channel: (byte · scale − mean) / deviation.
public struct PixelNormalization: Sendable, Hashable {
    public let scale: Float
    public let mean: [Float]
    public let deviation: [Float]

    public init(scale: Float, mean: [Float], deviation: [Float]) {
        precondition(
            mean.count == deviation.count && (1...4).contains(mean.count) && deviation.allSatisfy { $0 != 0 },
            "\(mean.count) means and \(deviation.count) deviations, none of them 0, are needed")
        (self.scale, self.mean, self.deviation) = (scale, mean, deviation)
    }

    /// 0 to 1.
    public static let unit = PixelNormalization(scale: 1 / 255, mean: [0, 0, 0], deviation: [1, 1, 1])
    /// −1 to 1, mean and deviation ½ as with most vision transformers.
    public static let symmetric = PixelNormalization(
        scale: 1 / 255, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
    /// The mean and deviation of ImageNet's pictures, as torchvision's models take them.
    public static let imageNet = PixelNormalization(
        scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

    public var channels: Int { mean.count }

    fileprivate var factors: [Float] { deviation.map { scale / $0 } }
    fileprivate var offsets: [Float] { zip(mean, deviation).map { -$0 / $1 } }
}

extension Tensor {
    /// A picture as `float32`, `[height, width, channels]`.
    public init(_ bitmap: Bitmap, normalizedBy normalization: PixelNormalization) {
        self.init([bitmap], normalizedBy: normalization, shape: [bitmap.height, bitmap.width, bitmap.channels])
    }

    /// Pictures of one size as `float32`, `[pictures, height, width, channels]`.
    public init(_ bitmaps: [Bitmap], normalizedBy normalization: PixelNormalization) {
        precondition(!bitmaps.isEmpty, "a batch has at least one picture")
        let shape: Shape = [bitmaps.count, bitmaps[0].height, bitmaps[0].width, bitmaps[0].channels]
        self.init(bitmaps, normalizedBy: normalization, shape: shape)
    }

    private init(_ bitmaps: [Bitmap], normalizedBy normalization: PixelNormalization, shape: Shape) {
        for bitmap in bitmaps {
            precondition(
                bitmap.width == bitmaps[0].width && bitmap.height == bitmaps[0].height
                    && bitmap.channels == normalization.channels,
                "[\(bitmap.height), \(bitmap.width), \(bitmap.channels)] in a batch of "
                    + "[\(bitmaps[0].height), \(bitmaps[0].width), \(normalization.channels)]")
        }
        let (factors, offsets) = (normalization.factors, normalization.offsets)
        self.init(shape: shape) { floats in
            for (index, bitmap) in bitmaps.enumerated() {
                Pixels.scale(bitmap.bytes, by: factors, plus: offsets, into: floats + index * bitmap.bytes.count)
            }
        }
    }
}

extension Bitmap {
    /// The picture that a tensor `[height, width, channels]` was made of, rounded and limited to 0 to 255: for looking at
    /// what a network is given.
    public init(_ tensor: Tensor, normalizedBy normalization: PixelNormalization) {
        precondition(
            tensor.rank == 3 && tensor.shape[2] == normalization.channels,
            "a tensor of shape \(tensor.shape) is no picture of \(normalization.channels) channels")
        let channels = normalization.channels
        let (factors, offsets) = (normalization.factors, normalization.offsets)
        let bytes = tensor.floats().enumerated().map { index, value in
            let byte = (value - offsets[index % channels]) / factors[index % channels]
            return byte >= 0 ? UInt8(min(255, byte.rounded())) : 0
        }
        self.init(width: tensor.shape[1], height: tensor.shape[0], channels: channels, bytes: bytes)
    }
}
