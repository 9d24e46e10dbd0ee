/// Why sound could not be read or written; `source` is the path or "standard input".
public enum AudioError: Error, Sendable, Equatable {
    case notFound(source: String)
    case isDirectory(source: String)
    /// A folder without a file of a known ending.
    case noSoundFiles(folder: String)
    case notPermitted(source: String)
    case isTerminal(source: String)
    case isEmpty(source: String)
    /// The bytes are of no known sound format; `content` tells what they look like, where that is known.
    case notAudio(source: String, content: ContentKind?)
    /// The bytes begin like a sound file, yet no sound can be had from it; `message` is mostly libsndfile's.
    case malformed(source: String, message: String)
    case unsupportedEncoding(source: String, message: String)
    case sampleRateOutOfRange(source: String, rate: Int)
    case channelCountOutOfRange(source: String, count: Int)
    /// A sample that is NaN, infinite or beyond ``AudioLimits/largestMagnitude``.
    case invalidSample(source: String, seconds: Double, value: String)
    /// A pipe that has to be spooled to a temporary file holds more than `limit` bytes.
    case spoolLimitExceeded(source: String, limit: Int)
    /// The operating system refused `operation`.
    case system(source: String, operation: String, message: String)
    case resampling(source: String, message: String)
    case cannotWrite(path: String, message: String)
}

/// The bounds within which a file is taken for sound.
public enum AudioLimits {
    /// Hertz.
    public static let sampleRates = 1_000...768_000
    public static let channelCounts = 1...64
    /// Full scale is 1. Integer samples stored as floats stay far below this; larger values are not sound.
    public static let largestMagnitude: Float = 1e9
    /// Bytes of a pipe that may be kept in a temporary file.
    public static let spool = 8 << 30
}

extension AudioError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let source): "\(source): no such file"
        case .isDirectory(let source): "\(source): is a folder, a sound file was expected"
        case .noSoundFiles(let folder): "\(folder): holds no sound files; expected a folder with WAV, FLAC or the like"
        case .notPermitted(let source): "\(source): reading is not permitted"
        case .isTerminal(let source):
            "\(source): is a terminal; pipe a sound file into it or name one"
        case .isEmpty(let source): "\(source): the file is empty (0 bytes)"
        case .notAudio(let source, let content): "\(source): \(Self.explanation(of: content))"
        case .malformed(let source, let message):
            "\(source): begins like a sound file, but is damaged, cut off or of an unknown kind (\(message))"
        case .unsupportedEncoding(let source, let message):
            "\(source): this encoding is not supported (\(message)); convert it first: "
                + "ffmpeg -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
        case .sampleRateOutOfRange(let source, let rate):
            "\(source): claims a sample rate of \(rate) Hz; \(AudioLimits.sampleRates.lowerBound) to "
                + "\(AudioLimits.sampleRates.upperBound) Hz can be read"
        case .channelCountOutOfRange(let source, let count):
            "\(source): claims \(count) channels; \(AudioLimits.channelCounts.lowerBound) to "
                + "\(AudioLimits.channelCounts.upperBound) can be read"
        case .invalidSample(let source, let seconds, let value):
            "\(source): the sample at \(Self.format(seconds)) s is \(value), not a sound; the file is damaged or was "
                + "written by a faulty program"
        case .spoolLimitExceeded(let source, let limit):
            "\(source): more than \(limit) bytes in a format that cannot be read from a pipe; "
                + "save them to a file first or pipe WAV"
        case .system(let source, let operation, let message): "\(source): \(operation) failed: \(message)"
        case .resampling(let source, let message): "\(source): the sample rate could not be converted: \(message)"
        case .cannotWrite(let path, let message): "\(path): could not be written: \(message)"
        }
    }

    private static func explanation(of content: ContentKind?) -> String {
        let formats = "WAV, FLAC, Ogg, MP3, AIFF and the other formats of libsndfile are read"
        return switch content {
        case nil: "not a sound file; \(formats)"
        case .some(let content) where content.mayHoldSound:
            "\(content), which is not read; convert it first: ffmpeg -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
        case .some(let content): "not a sound file but \(content); \(formats)"
        }
    }

    static func format(_ seconds: Double) -> String {
        let thousandths = Int((seconds * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

/// Something about a sound file that is not as it should be, though what could be read was read.
public enum AudioWarning: Sendable, Equatable, CustomStringConvertible {
    /// Fewer samples than the header promises, or no mark of an end (`declaredSeconds` is nil).
    case endsEarly(source: String, seconds: Double, declaredSeconds: Double?)
    /// A stream of raw samples ended between two bytes of one, or between two channels.
    case endsWithinSample(source: String, seconds: Double)
    /// The decoder stopped or skipped over damaged data; `message` is libsndfile's.
    case damagedData(source: String, seconds: Double, message: String)

    public var description: String {
        switch self {
        case .endsEarly(let source, let seconds, nil):
            "\(source): cut off: ends after \(AudioError.format(seconds)) s without the mark of an end"
        case .endsEarly(let source, let seconds, let declared?):
            "\(source): cut off: ends after \(AudioError.format(seconds)) s of the \(AudioError.format(declared)) s "
                + "that its header promises"
        case .endsWithinSample(let source, let seconds):
            "\(source): ends after \(AudioError.format(seconds)) s within a sample, which is left out"
        case .damagedData(let source, let seconds, let message):
            "\(source): damaged data by \(AudioError.format(seconds)) s (\(message))"
        }
    }
}
