import CSoundFile

/// How samples stand in bytes, the lower byte first, the channels of an instant beside each other.
struct SampleEncoding: Sendable, Equatable {
    enum Kind: Sendable {
        /// Around 128.
        case unsigned8
        case integer16, integer24, integer32, float32, float64

        var byteCount: Int {
            switch self {
            case .unsigned8: 1
            case .integer16: 2
            case .integer24: 3
            case .integer32, .float32: 4
            case .float64: 8
            }
        }

        var name: String {
            switch self {
            case .unsigned8, .integer16, .integer24, .integer32: "\(8 * byteCount) bit PCM"
            case .float32, .float64: "\(8 * byteCount) bit float"
            }
        }
    }

    let kind: Kind
    let channelCount: Int
    /// Hertz.
    let sampleRate: Int

    /// Bytes of an instant.
    var frameSize: Int { kind.byteCount * channelCount }

    init(kind: Kind, channelCount: Int, sampleRate: Int) {
        (self.kind, self.channelCount, self.sampleRate) = (kind, channelCount, sampleRate)
    }

    /// Nil for encodings that are not plain numbers.
    init?(_ layout: WaveHeader.Layout) {
        let kinds: [Int32: Kind] = [
            Int32(SF_FORMAT_PCM_U8): .unsigned8, Int32(SF_FORMAT_PCM_16): .integer16,
            Int32(SF_FORMAT_PCM_24): .integer24, Int32(SF_FORMAT_PCM_32): .integer32,
            Int32(SF_FORMAT_FLOAT): .float32, Int32(SF_FORMAT_DOUBLE): .float64,
        ]
        guard let kind = kinds[layout.encoding] else { return nil }
        self.init(kind: kind, channelCount: layout.channelCount, sampleRate: layout.sampleRate)
    }

    /// The samples of whole instants as libsndfile gives them, in ±1, the channels averaged.
    func samples(_ bytes: ArraySlice<UInt8>) -> [Float] {
        let size = kind.byteCount
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: frameSize).map { start in
            var sum: Float = 0
            for channel in 0..<channelCount { sum += sample(bytes, at: start + channel * size) }
            return channelCount == 1 ? sum : sum / Float(channelCount)
        }
    }

    private func sample(_ bytes: ArraySlice<UInt8>, at place: Int) -> Float {
        func bits(_ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
        }
        return switch kind {
        case .unsigned8: (Float(bits(1)) - 128) / 128
        case .integer16: Float(Int16(truncatingIfNeeded: bits(2))) / 32_768
        case .integer24: Float(Int32(truncatingIfNeeded: bits(3) << 8)) / 2_147_483_648
        case .integer32: Float(Int32(truncatingIfNeeded: bits(4))) / 2_147_483_648
        case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits(4)))
        case .float64: Float(Double(bitPattern: bits(8)))
        }
    }
}
