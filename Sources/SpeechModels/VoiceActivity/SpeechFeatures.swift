/// What tells speech from other sound, around one frame.
struct SpeechFeatures: Equatable {
    /// By how much the bands rise over their noise floor, dB; 0 to 30. The floor is the smallest of the smoothed levels in
    /// a time that a phrase hardly fills (minimum statistics: Martin 2001, "Noise power spectral density estimation
    /// based on optimal smoothing and minimum statistics").
    var elevation: Float
    var periodicity: Float
    var flatness: Float
    /// By how much the bands' levels change within two frames, dB, in the median of half a second: about 2 for noise, 0
    /// for what sounds on. A median, so that a beginning or an end is not taken for speech. (The idea of a variability
    /// over a longer time: Ghosh, Tsiartas and Narayanan 2011, "Robust voice activity detection using long-term signal
    /// variability".)
    var variability: Float

    /// - Parameter frame: an index into `observations`, of which those around it are used.
    init(_ observations: [FrameObservation], frame: Int) {
        let end = min(observations.count, frame + StatisticalStream.lookahead + 1)
        let past = observations[max(0, frame + 1 - StatisticalStream.floorLength)..<end]
        let floor = (0..<FrameAnalysis.bandCount).map { band in
            past.reduce(Float.infinity) { min($0, $1.smoothedLevels[band]) }
        }
        let near = observations[max(0, frame - 2)..<min(observations.count, frame + 3)]
        func average(_ value: (FrameObservation) -> Float) -> Float {
            near.reduce(0) { $0 + value($1) } / Float(near.count)
        }
        elevation = average { observation in
            zip(observation.bandLevels, floor).reduce(0) { $0 + min(max($1.0 - $1.1 - 3, 0), 30) }
                / Float(FrameAnalysis.bandCount)
        }
        periodicity = average(\.periodicity)
        flatness = average(\.flatness)
        let around = observations[max(0, frame - StatisticalStream.lookahead)..<end]
        variability =
            (0..<FrameAnalysis.bandCount).reduce(0) { sum, band in
                let changes = zip(around.dropFirst(2), around).map { abs($0.bandLevels[band] - $1.bandLevels[band]) }
                return sum + Self.median(changes)
            } / Float(FrameAnalysis.bandCount)
    }

    private static func median(_ values: [Float]) -> Float {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
