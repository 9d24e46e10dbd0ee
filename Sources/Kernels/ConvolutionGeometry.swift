/// The extents of a 2-d convolution. A 1-d one has the height 1.
///
/// Pictures are `[batch, height, width, channels]`, weights `[outputs, channels / groups, kernel height, kernel width]`
/// (PyTorch's layout).
public struct ConvolutionGeometry: Sendable, Hashable {
    public var batch: Int
    public var input: Extent2d
    public var channels: Int
    public var outputs: Int
    public var kernel: Extent2d
    public var stride: Extent2d
    /// Above and to the left.
    public var padding: Extent2d
    /// Below and to the right.
    public var trailingPadding: Extent2d
    public var dilation: Extent2d
    public var groups: Int
    /// Extent of the result.
    public var output: Extent2d

    public init(
        batch: Int, input: Extent2d, channels: Int, outputs: Int, kernel: Extent2d, stride: Extent2d = 1,
        padding: Extent2d = 0, trailingPadding: Extent2d? = nil, dilation: Extent2d = 1, groups: Int = 1
    ) {
        self.batch = batch
        self.input = input
        self.channels = channels
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        let trailing = trailingPadding ?? padding
        self.padding = padding
        self.trailingPadding = trailing
        self.dilation = dilation
        self.groups = groups
        output = Extent2d(
            height: Self.outputExtent(
                input.height + padding.height + trailing.height, kernel.height, stride.height, dilation.height),
            width: Self.outputExtent(
                input.width + padding.width + trailing.width, kernel.width, stride.width, dilation.width))
    }

    /// Whether the convolution exists: positive parameters, channels that divide into the groups, a kernel that fits.
    public var isValid: Bool {
        kernel.height > 0 && kernel.width > 0 && stride.height > 0 && stride.width > 0 && padding.height >= 0
            && padding.width >= 0 && trailingPadding.height >= 0 && trailingPadding.width >= 0 && dilation.height > 0
            && dilation.width > 0 && groups > 0
            && channels.isMultiple(of: groups) && outputs.isMultiple(of: groups) && output.height > 0
            && output.width > 0
    }

    /// One filter per channel.
    var isDepthwise: Bool { groups > 1 && channels == groups && outputs == groups }

    private static func outputExtent(_ padded: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
        let room = padded - dilation * (kernel - 1) - 1
        return room < 0 ? 0 : room / max(1, stride) + 1
    }
}
