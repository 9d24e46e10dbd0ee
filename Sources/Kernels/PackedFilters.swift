import CKernels

/// The filters of a convolution, rearranged once for one plan.
public final class PackedFilters: Sendable {
    enum Form: Sendable {
        /// By phase and group.
        case matrices([[PackedMatrix]])
        /// By phase: `[taps][channels]`.
        case depthwise([[Float]])
    }

    let form: Form
    private let isTransposed: Bool
    private let groups: Int
    private let taps: [[Int]]

    /// Packs a weight in PyTorch's layout.
    public init(_ plan: ConvolutionPlan, _ weight: UnsafePointer<Float>) {
        (isTransposed, groups) = (plan.isTransposed, plan.groups)
        taps = plan.phases.map { $0.taps.map(\.index) }
        let strides = plan.weightStrides
        if plan.isDepthwise {
            form = .depthwise(
                taps.map { taps in
                    taps.flatMap { tap in (0..<plan.groups).map { weight[$0 * strides.group + tap] } }
                })
        } else {
            form = .matrices(
                taps.map { taps in
                    (0..<plan.groups).map { group in
                        PackedMatrix(
                            outputs: plan.resultChannels / plan.groups, channels: plan.sourceChannels / plan.groups,
                            taps: taps, outputStride: strides.result, channelStride: strides.source,
                            weight + group * strides.group)
                    }
                })
        }
    }

    /// Whether `plan` reads the same taps in the same order, for as many groups.
    public func fits(_ plan: ConvolutionPlan) -> Bool {
        isTransposed == plan.isTransposed && groups == plan.groups && taps == plan.phases.map { $0.taps.map(\.index) }
    }
}
