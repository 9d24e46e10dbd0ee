import CKernels

/// How a convolution reads its source: for each phase of the result, which taps, and where they lie.
///
/// The plain convolution has one phase. The transposed one, which is also the gradient of the plain one with respect to
/// its input, has stride² phases: the results at equal places modulo the stride, each of which sees a part of the taps
/// and reads its source step by step. So neither multiplies with zeros.
public struct ConvolutionPlan: Sendable {
    struct Tap: Sendable {
        /// Row-major in the kernel.
        let index: Int
        /// In the source, from where the result's place falls.
        let y: Int
        let x: Int
    }

    struct Phase: Sendable {
        let taps: [Tap]
        /// The phase's results stand at first + step · (0 ..< extent).
        let first: Extent2d
        let extent: Extent2d
    }

    /// Rows and columns of zeros that the source needs around it.
    public struct Margins: Sendable, Hashable {
        public var top = 0
        public var left = 0
        public var bottom = 0
        public var right = 0

        public var isEmpty: Bool { self == Margins() }
    }

    let batch: Int
    let groups: Int
    let isDepthwise: Bool
    let phases: [Phase]
    /// From one result of a phase to the next, in the source.
    let sourceStep: Extent2d
    /// From one result of a phase to the next, in the result.
    let resultStep: Extent2d
    public let source: Extent2d
    public let sourceChannels: Int
    public let result: Extent2d
    public let resultChannels: Int
    public let margins: Margins
    /// Elements of the weight from one tap's number for a result's channel to that for the next; likewise for a
    /// channel of the source and for a group.
    let weightStrides: (result: Int, source: Int, group: Int)
    let isTransposed: Bool

    /// The plan of the convolution itself.
    public init(_ geometry: ConvolutionGeometry) {
        let g = geometry
        let taps = Self.taps(g).map { (y: $0.y * g.dilation.height, x: $0.x * g.dilation.width) }
        let all = zip(taps.indices, taps).map { index, tap in
            Tap(index: index, y: tap.y - g.padding.height, x: tap.x - g.padding.width)
        }
        self.init(
            g, isTransposed: false, phases: [Phase(taps: all, first: 0, extent: g.output)], sourceStep: g.stride,
            resultStep: 1,
            source: g.input, sourceChannels: g.channels, result: g.output, resultChannels: g.outputs)
    }

    /// The plan of its transpose, from `[batch, output, outputs]` to `[batch, input, channels]`.
    public init(transposed geometry: ConvolutionGeometry) {
        let g = geometry
        // Input pixel i takes part in output o under tap k where i + padding = o · stride + k · dilation.
        func axis(_ phase: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> [(Int, Int)] {
            (0..<kernel).compactMap { tap in
                let distance = phase + padding - tap * dilation
                return distance % stride == 0 ? (tap, distance / stride) : nil
            }
        }
        var phases: [Phase] = []
        for y in 0..<min(g.stride.height, g.input.height) {
            let rows = axis(y, g.kernel.height, g.stride.height, g.padding.height, g.dilation.height)
            for x in 0..<min(g.stride.width, g.input.width) {
                let columns = axis(x, g.kernel.width, g.stride.width, g.padding.width, g.dilation.width)
                let taps = rows.flatMap { row in
                    columns.map { Tap(index: row.0 * g.kernel.width + $0.0, y: row.1, x: $0.1) }
                }
                phases.append(
                    Phase(
                        taps: taps.sorted { ($0.y, $0.x) < ($1.y, $1.x) }, first: Extent2d(height: y, width: x),
                        extent: Extent2d(
                            height: (g.input.height - y + g.stride.height - 1) / g.stride.height,
                            width: (g.input.width - x + g.stride.width - 1) / g.stride.width)))
            }
        }
        self.init(
            g, isTransposed: true, phases: phases, sourceStep: 1, resultStep: g.stride, source: g.output,
            sourceChannels: g.outputs,
            result: g.input, resultChannels: g.channels)
    }

    private init(
        _ g: ConvolutionGeometry, isTransposed: Bool, phases: [Phase], sourceStep: Extent2d, resultStep: Extent2d,
        source: Extent2d,
        sourceChannels: Int, result: Extent2d, resultChannels: Int
    ) {
        batch = g.batch
        groups = g.groups
        isDepthwise = g.isDepthwise
        self.isTransposed = isTransposed
        self.phases = phases
        self.sourceStep = sourceStep
        self.resultStep = resultStep
        self.source = source
        self.sourceChannels = sourceChannels
        self.result = result
        self.resultChannels = resultChannels
        var margins = Margins()
        for phase in phases {
            let (lastY, lastX) = (
                (phase.extent.height - 1) * sourceStep.height, (phase.extent.width - 1) * sourceStep.width
            )
            for tap in phase.taps {
                margins.top = max(margins.top, -tap.y)
                margins.left = max(margins.left, -tap.x)
                margins.bottom = max(margins.bottom, lastY + tap.y - (source.height - 1))
                margins.right = max(margins.right, lastX + tap.x - (source.width - 1))
            }
        }
        self.margins = margins
        let (taps, perOutput) = (g.kernel.count, g.channels / g.groups * g.kernel.count)
        weightStrides = (
            result: isTransposed ? taps : perOutput, source: isTransposed ? perOutput : taps,
            group: g.outputs / g.groups * perOutput
        )
    }

    var paddedSource: Extent2d {
        Extent2d(
            height: source.height + margins.top + margins.bottom, width: source.width + margins.left + margins.right)
    }

    public var paddedSourceCount: Int { batch * paddedSource.count * sourceChannels }

    /// The largest number of results of one phase, all pictures and channels together; 0 where the phases need no place
    /// of their own.
    public var temporaryCount: Int {
        guard phases.count > 1 && !isDepthwise else { return 0 }
        return batch * resultChannels * (phases.map(\.extent.count).max() ?? 0)
    }

    /// The patches that one phase reads in one group; taps that lie side by side become one run.
    func withPatches<Result>(
        _ phase: Phase, group: Int, _ source: UnsafePointer<Float>, _ body: (kernels_patches) -> Result
    ) -> Result {
        let (row, channels) = (paddedSource.width * sourceChannels, sourceChannels / groups)
        var runs: [(first: Tap, count: Int)] = []
        for tap in phase.taps {
            if groups == 1, let run = runs.last, tap.y == run.first.y, tap.x == run.first.x + run.count {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((tap, 1))
            }
        }
        if let count = runs.first?.count, !runs.allSatisfy({ $0.count == count }) {
            runs = phase.taps.map { ($0, 1) }
        }
        let offsets = runs.map { run in
            (run.first.y + margins.top) * row + (run.first.x + margins.left) * sourceChannels
        }
        return offsets.withUnsafeBufferPointer { offsets in
            withUnsafePointer(to: 0) { none in
                body(
                    kernels_patches(
                        source: source + group * channels, image_stride: paddedSource.height * row,
                        row_stride: sourceStep.height * row, column_stride: sourceStep.width * sourceChannels,
                        height: phase.extent.height, width: phase.extent.width, run_count: runs.count,
                        run_length: (runs.first?.count ?? 1) * channels, run_offsets: offsets.baseAddress ?? none))
            }
        }
    }

    private static func taps(_ g: ConvolutionGeometry) -> [(y: Int, x: Int)] {
        (0..<g.kernel.height).flatMap { y in (0..<g.kernel.width).map { (y: y, x: $0) } }
    }
}
