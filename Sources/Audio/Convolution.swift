/// The convolution of a signal with an impulse response: y[t] = Σ h[k]·x[t−k], for t from 0 to n + m − 2.
///
/// By Fourier transforms of pieces of the signal, whose answers overlap and are added in their order.
///
/// - Precondition: neither is empty.
public func convolution(_ signal: [Float], with response: [Float]) -> [Float] {
    precondition(
        !signal.isEmpty && !response.isEmpty, "a convolution of \(signal.count) with \(response.count) samples")
    // Four times the response: more than half of each transform is new sound.
    var size = 1_024
    while size < 4 * response.count, size < 2 * (signal.count + response.count) { size *= 2 }
    let transform = RealFourierTransform(size: size)
    func spectrum(_ samples: ArraySlice<Float>) -> [SIMD2<Float>] {
        transform.forward(samples + [Float](repeating: 0, count: size - samples.count))
    }
    let answer = spectrum(response[...])
    let step = size - response.count + 1
    var result = [Float](repeating: 0, count: signal.count + response.count - 1)
    for start in stride(from: 0, to: signal.count, by: step) {
        let piece = spectrum(signal[start..<min(start + step, signal.count)])
        let product = zip(piece, answer).map { first, second in
            SIMD2(first.x * second.x - first.y * second.y, first.x * second.y + first.y * second.x)
        }
        let part = transform.inverse(product)
        for index in 0..<min(size, result.count - start) { result[start + index] += part[index] }
    }
    return result
}
