import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A weight `[outputs, inputs]` (PyTorch's layout) rearranged once for the matrix product.
///
/// Panels of 16 outputs, `[output / 16][input][16]`, zero-padded to an even number of panels. 16-bit sources stay 16 bit
/// (half the memory traffic, exact); the kernels widen them to float32.
public final class PackedMatrix: Sendable {
    public let outputs: Int
    public let inputs: Int
    public let elementType: ElementType
    /// Bytes of the packed form.
    public let byteCount: Int

    // Written in `init` only, so sharing it is safe.
    nonisolated(unsafe) let panels: UnsafeMutableRawPointer

    var panelCount: Int { (outputs + panelWidth - 1) / panelWidth }
    var panelByteCount: Int { inputs * panelWidth * elementType.byteCount }

    /// Packs a row-major `[outputs, inputs]` weight; `source` needs no alignment.
    ///
    /// - Parameter isTransposed: `source` is `[inputs, outputs]`.
    /// - Precondition: `elementType` is a floating-point type.
    public init(
        outputs: Int, inputs: Int, elementType: ElementType, _ source: UnsafeRawPointer, isTransposed: Bool = false
    ) {
        precondition(outputs >= 0 && inputs >= 0, "PackedMatrix: [\(outputs), \(inputs)] is not a shape")
        precondition(elementType != .int32, "PackedMatrix: integers have no matrix product")
        self.outputs = outputs
        self.inputs = inputs
        self.elementType = elementType
        let panelCount = (outputs + 2 * panelWidth - 1) / (2 * panelWidth) * 2
        let panelByteCount = inputs * panelWidth * elementType.byteCount
        byteCount = panelCount * panelByteCount
        panels = kernels_allocate(byteCount)
        let table = KernelTable.current
        let destination = panels
        Threads.parallelRanges(panelCount, chunk: max(1, (64 << 10) / max(panelByteCount, 1))) { range in
            for panel in range {
                let first = min(panel * panelWidth, outputs)
                let start = first * (isTransposed ? 1 : inputs) * elementType.byteCount
                table.pointee.pack_panel(
                    source + start, Int32(elementType.rawValue), isTransposed ? outputs : inputs, isTransposed,
                    min(outputs - first, panelWidth), inputs, destination + panel * panelByteCount)
            }
        }
    }

    /// Packs the filters of a convolution as the matrix `[outputs, taps · channels]`: element (output, tap, channel) is
    /// source[output · outputStride + channel · channelStride + taps[tap]].
    init(
        outputs: Int, channels: Int, taps: [Int], outputStride: Int, channelStride: Int,
        _ source: UnsafePointer<Float>
    ) {
        self.outputs = outputs
        inputs = taps.count * channels
        elementType = .float32
        let panelCount = (outputs + 2 * panelWidth - 1) / (2 * panelWidth) * 2
        let panelSize = inputs * panelWidth
        byteCount = panelCount * panelSize * 4
        panels = kernels_allocate(byteCount)
        let table = KernelTable.current
        let destination = panels.assumingMemoryBound(to: Float.self)
        taps.withUnsafeBufferPointer { taps in
            guard let tapPointer = taps.baseAddress else { return }
            Threads.parallelRanges(panelCount, chunk: max(1, (16 << 10) / max(panelSize, 1))) { range in
                for panel in range {
                    let first = min(panel * panelWidth, outputs)
                    table.pointee.pack_tap_panel(
                        source + first * outputStride, outputStride, channelStride, tapPointer, taps.count, channels,
                        min(outputs - first, panelWidth), destination + panel * panelSize)
                }
            }
        }
    }

    /// Packs the transpose of a row-major `[inputs, outputs]` matrix.
    public convenience init(transposing source: UnsafePointer<Float>, outputs: Int, inputs: Int) {
        self.init(outputs: outputs, channels: inputs, taps: [0], outputStride: 1, channelStride: outputs, source)
    }

    deinit { free(panels) }
}

/// Outputs per panel; the C side relies on the same number.
let panelWidth = 16
