import CSoundFile

/// The header of a WAV, read forwards only, so that the sound can follow as it arrives through a pipe.
///
/// libsndfile wants to move about in a header; this reads the plain encodings by itself and leaves the samples to
/// libsndfile. Whatever else arrives is spooled.
struct WaveHeader {
    /// Bytes taken from the pipe so far.
    private(set) var consumed: [UInt8] = []
    /// Filled when the pipe stands at the first sample.
    private(set) var layout: Layout?

    struct Layout: Equatable {
        let sampleRate: Int
        let channelCount: Int
        /// One of libsndfile's `SF_FORMAT_PCM_16` and so on.
        let encoding: Int32
        /// Samples per channel; nil where the header does not tell.
        let frameCount: Int?
    }

    /// Chunks before the sound, together, beyond which the pipe is spooled.
    private static let longestHeader = 1 << 20

    /// Leaves `pipe` at the first sample where that succeeds.
    init(reading pipe: FileDescriptor) throws(AudioError) {
        guard let head = try take(12, from: pipe), head.starts(with: "RIFF".utf8),
            head.dropFirst(8).starts(with: "WAVE".utf8)
        else { return }
        let fileLength = SoundChunks.integer(head.dropFirst(4).prefix(4), isBigEndian: false)
        var format: Format?
        while let head = try take(8, from: pipe) {
            let length = SoundChunks.integer(head.dropFirst(4), isBigEndian: false)
            if head.starts(with: "data".utf8) {
                // With both lengths 0 nobody filled them in.
                let isUnknown = length >= SoundChunks.firstPlaceholder || length == 0 && fileLength == 0
                layout = format?.layout(dataByteCount: isUnknown ? nil : length)
                return
            }
            guard consumed.count + length < Self.longestHeader,
                let content = try take(length + length % 2, from: pipe)
            else { return }
            if head.starts(with: "fmt ".utf8) { format = Format(content) }
        }
    }

    private mutating func take(_ count: Int, from pipe: FileDescriptor) throws(AudioError) -> ArraySlice<UInt8>? {
        let bytes = try pipe.read(count: count)
        consumed += bytes
        return bytes.count == count ? bytes[...] : nil
    }

    /// The `fmt ` chunk.
    private struct Format {
        let tag, channelCount, sampleRate, bytesPerFrame, bitsPerSample: Int

        init?(_ content: ArraySlice<UInt8>) {
            func number(_ offset: Int, _ size: Int) -> Int {
                let start = content.startIndex + offset
                return SoundChunks.integer(content[start..<start + size], isBigEndian: false)
            }
            guard content.count >= 16 else { return nil }
            let plainTag = number(0, 2)
            // The extensible form carries the tag at the start of an identifier.
            tag = plainTag == 0xFFFE && content.count >= 40 ? number(24, 2) : plainTag
            channelCount = number(2, 2)
            sampleRate = number(4, 4)
            bytesPerFrame = number(12, 2)
            bitsPerSample = number(14, 2)
        }

        func layout(dataByteCount: Int?) -> Layout? {
            guard let encoding, channelCount > 0, bytesPerFrame == channelCount * bitsPerSample / 8 else { return nil }
            return Layout(
                sampleRate: sampleRate, channelCount: channelCount, encoding: encoding,
                frameCount: dataByteCount.map { $0 / bytesPerFrame })
        }

        private var encoding: Int32? {
            switch (tag, bitsPerSample) {
            case (1, 8): Int32(SF_FORMAT_PCM_U8)
            case (1, 16): Int32(SF_FORMAT_PCM_16)
            case (1, 24): Int32(SF_FORMAT_PCM_24)
            case (1, 32): Int32(SF_FORMAT_PCM_32)
            case (3, 32): Int32(SF_FORMAT_FLOAT)
            case (3, 64): Int32(SF_FORMAT_DOUBLE)
            case (6, 8): Int32(SF_FORMAT_ALAW)
            case (7, 8): Int32(SF_FORMAT_ULAW)
            default: nil
            }
        }
    }
}
