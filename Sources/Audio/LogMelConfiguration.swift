public import JSON

/// The settings of Whisper's log-mel spectrogram, as in a model's `preprocessor_config.json`.
public struct LogMelConfiguration: Sendable, Hashable {
    /// The number of mel bands (`feature_size`): 80, or 128 from large-v3 on.
    public let bandCount: Int
    /// Samples per frame (`n_fft`).
    public let frameSize: Int
    /// Samples from one frame to the next (`hop_length`).
    public let hop: Int
    /// Hertz (`sampling_rate`).
    public let sampleRate: Int
    /// Seconds that the model hears at once (`chunk_length`).
    public let windowSeconds: Int
    /// The smallest decimal logarithm of a mel energy (`log_mel_floor`); nil for 8 below the largest of what is heard at once,
    /// as Whisper has it. A stream needs one: it does not know what is still to come.
    public let floor: Float?

    /// A floor for speech: its largest logarithms are about 1.
    public static let streamingFloor: Float = -7

    /// Samples in one window.
    public var windowSampleCount: Int { windowSeconds * sampleRate }
    /// Frames in one window.
    public var windowFrameCount: Int { windowSampleCount / hop }

    /// Whisper's settings, with a choice of bands.
    public static func whisper(bandCount: Int = 80, floor: Float? = nil) -> LogMelConfiguration {
        precondition((1...1024).contains(bandCount), "\(bandCount) mel bands")
        return LogMelConfiguration(
            bandCount: bandCount, frameSize: 400, hop: 160, sampleRate: 16_000, windowSeconds: 30, floor: floor)
    }

    private init(bandCount: Int, frameSize: Int, hop: Int, sampleRate: Int, windowSeconds: Int, floor: Float?) {
        self.floor = floor
        self.bandCount = bandCount
        self.frameSize = frameSize
        self.hop = hop
        self.sampleRate = sampleRate
        self.windowSeconds = windowSeconds
    }

    /// Reads the text of a `preprocessor_config.json`; what it leaves out is as in ``whisper(bandCount:)``.
    ///
    /// `file` names it in errors.
    public init(preprocessorConfiguration text: [UInt8], file: String) throws(LogMelConfigurationError) {
        var values = ["feature_size": 80, "n_fft": 400, "hop_length": 160, "sampling_rate": 16_000, "chunk_length": 30]
        var (dither, floor) = (0.0, Double?.none)
        do {
            try JSONReader.read(text) { reader in
                try reader.readObject { key, reader in
                    if values[key] != nil {
                        values[key] = try reader.readInteger()
                    } else if key == "dither" {
                        dither = try reader.readDouble()
                    } else if key == "log_mel_floor" {
                        floor = try reader.readDouble()
                    } else {
                        try reader.skipValue()
                    }
                }
            }
        } catch let error as JSONError {
            throw .unreadable(file: file, error)
        } catch {
            preconditionFailure("JSONReader throws only JSONError, not \(error)")
        }
        func value(_ key: String, in range: ClosedRange<Int>) throws(LogMelConfigurationError) -> Int {
            let value = values[key]!  // every key asked for has a default above
            guard range.contains(value) else {
                throw .outOfRange(file: file, key: key, value: value, expected: range)
            }
            return value
        }
        if let floor, !(-10.0...4).contains(floor) { throw .floorOutOfRange(file: file, floor) }
        self.floor = floor.map { Float($0) }
        guard dither == 0 else { throw .ditherUnsupported(file: file) }
        sampleRate = try value("sampling_rate", in: AudioLimits.sampleRates)
        bandCount = try value("feature_size", in: 1...1024)
        frameSize = try value("n_fft", in: 16...65_536)
        hop = try value("hop_length", in: 1...frameSize)
        windowSeconds = try value("chunk_length", in: 1...600)
        guard windowSampleCount > frameSize else {
            throw .outOfRange(file: file, key: "n_fft", value: frameSize, expected: 16...windowSampleCount - 1)
        }
    }
}

/// Why a `preprocessor_config.json` cannot be used.
public enum LogMelConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(file: String, JSONError)
    case outOfRange(file: String, key: String, value: Int, expected: ClosedRange<Int>)
    case ditherUnsupported(file: String)
    case floorOutOfRange(file: String, Double)

    public var description: String {
        switch self {
        case .unreadable(let file, let error): "\(file): \(error)"
        case .outOfRange(let file, let key, let value, let expected):
            "\(file): \(key) is \(value), expected \(expected.lowerBound) to \(expected.upperBound)"
        case .floorOutOfRange(let file, let value): "\(file): log_mel_floor is \(value), expected -10 to 4"
        case .ditherUnsupported(let file): "\(file): dither other than 0 is not supported"
        }
    }
}
