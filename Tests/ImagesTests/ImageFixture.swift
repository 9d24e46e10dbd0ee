import Foundation
import Images
import TestKit

/// What Tests/Reference/image_fixtures.py made; bytes are base64.
enum ImageFixture {
    /// A file and the upright RGB picture in it.
    struct Picture: Decodable {
        let file: Data
        let width: Int
        let height: Int
        let rgb: Data

        var bytes: [UInt8] { Array(file) }
        var bitmap: Bitmap { Bitmap(width: width, height: height, channels: 3, bytes: Array(rgb)) }
    }

    struct Damaged: Decodable {
        let file: Data
        /// The case of ``ImageError`` that is expected.
        let error: String
    }

    struct Resized: Decodable {
        struct Result: Decodable {
            let interpolation: Interpolation
            let antialiased: Bool
            let width: Int
            let height: Int
            let rgb: Data

            var bitmap: Bitmap { Bitmap(width: width, height: height, channels: 3, bytes: Array(rgb)) }
        }

        let width: Int
        let height: Int
        let rgb: Data
        let cases: [Result]

        var source: Bitmap { Bitmap(width: width, height: height, channels: 3, bytes: Array(rgb)) }
    }

    static func load<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
        let file = Repository.file("Tests/Fixtures/images/\(name).json")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}

extension Bitmap {
    /// The largest difference of two bytes, or 256 where the sizes differ.
    func largestDifference(from other: Bitmap) -> Int {
        guard width == other.width, height == other.height, channels == other.channels else { return 256 }
        return zip(bytes, other.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    /// Random pixels, the same for the same seed.
    static func noise(width: Int, height: Int, channels: Int = 3, seed: UInt64 = 1) -> Bitmap {
        var numbers = RandomBytes(state: seed)
        return Bitmap(
            width: width, height: height, channels: channels,
            bytes: (0..<width * height * channels).map { _ in numbers.next() })
    }
}

/// Knuth's multiplicative generator: good enough for pixels, and independent of what is tested.
struct RandomBytes {
    var state: UInt64

    mutating func next() -> UInt8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(state >> 56)
    }
}
