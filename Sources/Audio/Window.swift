/// Weights that fade a frame in and out before its Fourier transform.
public enum Window {
    /// The periodic Hann window: 0.5 − 0.5·cos(2πt/n), as for frames that overlap.
    public static func hann(size: Int) -> [Float] {
        (0..<size).map { Float(0.5 - 0.5 * cosine(2 * .pi * Double($0) / Double(size))) }
    }
}
