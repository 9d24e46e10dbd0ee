import FuzzDriver
import Images

/// A picture: header, decoder and orientation; small ones only, so that most of the time goes into files and not pixels.
@main
enum FuzzImages {
    static func main() {
        let reader = ImageReader(limits: ImageLimits(side: 2_000, pixelCount: 300_000, memory: 32 << 20))
        fuzz { bytes in
            let bytes = Array(bytes)
            read(bytes, reader)
            // No random change keeps a checksum right, and behind a wrong one nothing is read.
            if let mended = withRightChecksums(bytes) { read(mended, reader) }
        }
    }

    private static func read(_ bytes: [UInt8], _ reader: ImageReader) {
        guard let picture = try? reader.decode(bytes, source: "picture") else { return }
        guard let header = try? reader.header(of: bytes, source: "picture") else {
            preconditionFailure("a picture was read whose header was not")
        }
        precondition(
            picture.width == header.width && picture.height == header.height
                && picture.bytes.count == 3 * picture.width * picture.height,
            "a picture of another size than its header says")
    }

    /// A PNG whose chunks have the checksums of what they hold; nil where the bytes are none.
    private static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
        var (result, offset) = (bytes, 8)
        while offset + 12 <= bytes.count {
            let count = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            guard count <= bytes.count - offset - 12 else { break }
            let end = offset + 8 + count
            let checksum = checksum(bytes[offset + 4..<end])
            for place in 0..<4 {
                let shift = UInt32(24 - 8 * place)
                result[end + place] = UInt8(truncatingIfNeeded: checksum >> shift)
            }
            offset = end + 4
        }
        return result
    }

    /// CRC-32 (PNG specification, annex D), bit by bit.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = sum & 1 != 0
                sum >>= 1
                if isOdd { sum ^= 0xEDB8_8320 }
            }
        }
        return ~sum
    }
}
