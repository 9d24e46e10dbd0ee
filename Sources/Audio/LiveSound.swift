import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sound that is heard as it arrives: raw samples or a WAV through a pipe, as one channel at a chosen sample rate.
///
/// Where ``AudioStream`` waits until a block is full, this gives what is there. A WAV may come with lengths that nobody filled
/// in. Anything that does not begin like a WAV or another known form is taken for raw samples: 16 bits, the lower byte first.
public final class LiveSound: Sendable {
    public let source: AudioSource
    /// Hertz, of the samples that ``next()`` returns.
    public let sampleRate: Int
    /// What arrives.
    public let sourceFormat: AudioFormat

    private struct State {
        let descriptor: FileDescriptor
        let encoding: SampleEncoding
        let resampler: Resampler?
        /// Bytes that were read, but fill no frame.
        var rest: [UInt8]
        /// Bytes of sound that are still to come; nil where the header does not tell.
        var remaining: Int?
        var frameCount = 0
        var hasEnded = false
        var warnings: [AudioWarning] = []
    }

    private let state: Mutex<State>

    /// What is hardly the beginning of raw samples; shorter signatures might be.
    private static let impossible: [ContentKind] = [
        .text, .mpeg4, .matroska, .advancedSystemsFormat, .pdf, .portableNetworkGraphics,
    ]
    /// Bytes that are read at once at most.
    private static let blockSize = 1 << 16

    /// Opens `source`, and reads the header where there is one.
    ///
    /// - Parameters:
    ///   - rawSampleRate: hertz of raw samples.
    ///   - sampleRate: hertz that is wanted.
    public init(opening source: AudioSource, rawSampleRate: Int, sampleRate: Int) throws(AudioError) {
        precondition(AudioLimits.sampleRates.contains(sampleRate), "a sample rate of \(sampleRate) Hz")
        let descriptor = try FileDescriptor.open(source)
        let name = source.description
        if try descriptor.status().kind == .terminal { throw .isTerminal(source: name) }
        let header = try WaveHeader(reading: descriptor)
        let encoding: SampleEncoding
        var remaining: Int?
        if let layout = header.layout {
            guard let known = SampleEncoding(layout) else {
                throw .unsupportedEncoding(source: name, message: "A-law or µ-law in a stream")
            }
            encoding = known
            remaining = layout.frameCount.map { $0 * known.frameSize }
        } else {
            // What is left of a raw stream's beginning tells whether it is something else.
            guard !header.consumed.isEmpty else { throw .isEmpty(source: name) }
            if header.consumed.starts(with: "RIFF".utf8) {
                throw .malformed(
                    source: name, message: "a WAV whose samples are of a kind that cannot be read from a stream")
            }
            guard !ContentKind.beginsLikeSound(header.consumed) else {
                throw .unsupportedEncoding(source: name, message: "a stream is raw samples or WAV")
            }
            if let content = ContentKind(prefix: header.consumed), Self.impossible.contains(content) {
                throw .notAudio(source: name, content: content)
            }
            encoding = SampleEncoding(kind: .integer16, channelCount: 1, sampleRate: rawSampleRate)
        }
        try SoundFile.checkLimits(
            sampleRate: encoding.sampleRate, channelCount: encoding.channelCount, source: name)
        let resampler =
            encoding.sampleRate == sampleRate
            ? nil : try Resampler(from: encoding.sampleRate, to: sampleRate, source: name)
        self.source = source
        self.sampleRate = sampleRate
        sourceFormat = AudioFormat(
            encoding: (header.layout == nil ? "raw, " : "WAV, ") + encoding.kind.name, sampleRate: encoding.sampleRate,
            channelCount: encoding.channelCount)
        state = Mutex(
            State(
                descriptor: descriptor, encoding: encoding, resampler: resampler,
                rest: header.layout == nil ? header.consumed : [], remaining: remaining))
    }

    /// The samples that arrive next, waiting for them; none at the end, and after it.
    public func next() throws(AudioError) -> [Float] {
        try state.withLock { state throws(AudioError) in
            while !state.hasEnded {
                let samples = try Self.read(&state)
                if !samples.isEmpty { return samples }
            }
            return []
        }
    }

    private static func read(_ state: inout State) throws(AudioError) -> [Float] {
        let limit = min(blockSize, state.remaining.map { $0 - state.rest.count } ?? blockSize)
        let bytes = limit > 0 ? try state.descriptor.readAvailable(count: limit) : []
        state.rest += bytes
        let source = state.descriptor.source
        let frames = state.rest.count / state.encoding.frameSize
        var samples = state.encoding.samples(state.rest[..<(frames * state.encoding.frameSize)])
        if let bad = samples.firstIndex(where: { !($0.magnitude <= AudioLimits.largestMagnitude) }) {
            let seconds = Double(state.frameCount + bad) / Double(state.encoding.sampleRate)
            state.hasEnded = true
            throw .invalidSample(source: source, seconds: seconds, value: "\(samples[bad])")
        }
        state.frameCount += frames
        state.rest.removeFirst(frames * state.encoding.frameSize)
        state.remaining = state.remaining.map { $0 - frames * state.encoding.frameSize }
        if bytes.isEmpty {
            state.hasEnded = true
            warn(&state)
        }
        guard let resampler = state.resampler else { return samples }
        let input = samples
        samples = []
        if !input.isEmpty { try resampler.process(input, appendingTo: &samples) }
        if state.hasEnded { try resampler.finish(appendingTo: &samples) }
        return samples
    }

    private static func warn(_ state: inout State) {
        let (source, rate) = (state.descriptor.source, Double(state.encoding.sampleRate))
        let seconds = Double(state.frameCount) / rate
        if let remaining = state.remaining, remaining > state.rest.count {
            let declared = seconds + Double(remaining / state.encoding.frameSize) / rate
            state.warnings.append(.endsEarly(source: source, seconds: seconds, declaredSeconds: declared))
        } else if !state.rest.isEmpty {
            state.warnings.append(.endsWithinSample(source: source, seconds: seconds))
        }
    }

    /// What was wrong with the sound, although it could be heard; complete once the end is reached.
    public var warnings: [AudioWarning] { state.withLock { $0.warnings } }
}
