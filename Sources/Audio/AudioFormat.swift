/// What a source of sound holds, as found; for people.
public struct AudioFormat: Sendable, Equatable, CustomStringConvertible {
    /// The file format and its encoding, such as "WAV (Microsoft), Signed 16 bit PCM".
    public let encoding: String
    /// Hertz.
    public let sampleRate: Int
    public let channelCount: Int

    public init(encoding: String, sampleRate: Int, channelCount: Int) {
        self.encoding = encoding
        self.sampleRate = sampleRate
        self.channelCount = channelCount
    }

    public var description: String {
        let channels =
            switch channelCount {
            case 1: "mono"
            case 2: "stereo"
            default: "\(channelCount) channels"
            }
        return "\(encoding), \(sampleRate) Hz, \(channels)"
    }
}
