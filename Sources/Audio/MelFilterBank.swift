#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

func cosine(_ value: Double) -> Double { cos(value) }

/// Overlapping triangles on the mel scale that sum a power spectrum up into bands.
///
/// Scale and norm are those of Slaney's Auditory Toolbox (1998): linear below 1 kHz (200/3 Hz per mel), logarithmic
/// above (27 mel per factor 6.4), each triangle of area 1 in hertz.
struct MelFilterBank: Sendable {
    /// The weights of one band: `weights[i]` belongs to frequency bin `firstBin + i`; all others are zero.
    struct Band: Sendable {
        let firstBin: Int
        let weights: [Float]
    }

    let bands: [Band]

    /// - Parameters:
    ///   - bandCount: the number of triangles, spread evenly in mel from 0 Hz to `highestFrequency`.
    ///   - binCount: the number of frequency bins, spread evenly from 0 Hz to half of `sampleRate`.
    init(bandCount: Int, binCount: Int, sampleRate: Int, highestFrequency: Double) {
        let highestMel = Self.mel(hertz: highestFrequency)
        let corners = (0..<bandCount + 2).map {
            Self.hertz(mel: highestMel * Double($0) / Double(bandCount + 1))
        }
        let binWidth = Double(sampleRate / 2) / Double(binCount - 1)
        bands = (0..<bandCount).map { band in
            let (low, middle, high) = (corners[band], corners[band + 1], corners[band + 2])
            let weights = (0..<binCount).map { bin in
                let frequency = Double(bin) * binWidth
                let rising = (frequency - low) / (middle - low)
                let falling = (high - frequency) / (high - middle)
                return Float(max(0, min(rising, falling)) * 2 / (high - low))
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? -1
            return Band(firstBin: first, weights: last < first ? [] : Array(weights[first...last]))
        }
    }

    private static func mel(hertz: Double) -> Double {
        hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * log(hertz / 1000) / log(6.4)
    }

    private static func hertz(mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
}
