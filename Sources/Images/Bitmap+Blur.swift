import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Bitmap {
    /// Each pixel a mean of those around it, weighted by a Gaussian that is cut off beyond three deviations; at the border the
    /// picture is mirrored about its last pixels.
    ///
    /// - Parameter deviation: pixels, more than 0 and at most 100.
    public func blurred(deviation: Double) -> Bitmap {
        precondition(deviation > 0 && deviation <= 100, "a deviation of \(deviation) pixels")
        let result = Pixels.resampled(
            bytes, channels: channels, columns: Self.gaussian(width, deviation), rows: Self.gaussian(height, deviation))
        return Bitmap(width: width, height: height, channels: channels, bytes: result)
    }

    private static func gaussian(_ count: Int, _ deviation: Double) -> ResamplingAxis {
        let radius = Int((3 * deviation).rounded(.up))
        let bell = (-radius...radius).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let factor = Double(1 << ResamplingAxis.weightBits) / bell.reduce(0, +)
        let stride = min(count, 2 * radius + 1)
        let starts = (0..<count).map { max(0, min(count - stride, $0 - radius)) }
        var weights = [Double](repeating: 0, count: count * stride)
        for index in 0..<count {
            for (tap, weight) in bell.enumerated() {
                let place = mirrored(index + tap - radius, count)
                weights[index * stride + place - starts[index]] += weight * factor
            }
        }
        return ResamplingAxis(
            sourceCount: count, starts: starts.map { Int32($0) },
            counts: [Int32](repeating: Int32(stride), count: count),
            weights: weights.map { Int32($0.rounded()) }, stride: stride)
    }

    /// Back and forth between the first and the last of `count` places.
    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        guard count > 1 else { return 0 }
        let period = 2 * (count - 1)
        let within = ((place % period) + period) % period
        return min(within, period - within)
    }
}
