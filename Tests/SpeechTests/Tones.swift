import Foundation
import TestKit

/// Sound that the small models in `Tests/Fixtures/conformer` understand: a low tone is `lo`, a high one `hi`.
struct Tones {
    static let model = Repository.file("Tests/Fixtures/conformer/tones").path
    static let streamingModel = Repository.file("Tests/Fixtures/conformer/tones-streaming").path

    struct Word {
        let text: String
        /// Seconds.
        let start: Double
        let end: Double
    }

    private(set) var words: [Word] = []
    private(set) var samples: [Int16]

    init(silence seconds: Double = 0.4) { samples = Array(repeating: 0, count: Int(seconds * 16_000)) }

    /// The words of `text`, with pauses between and after them.
    init(_ text: String, pause: Double = 0.3) {
        self.init()
        for word in text.split(separator: " ") { append(String(word), pause: pause) }
    }

    mutating func append(_ word: String, seconds: Double = 0.3, pause: Double = 0.3) {
        let frequency = word == "lo" ? 400.0 : 1_600
        let start = Double(samples.count) / 16_000
        samples += (0..<Int(seconds * 16_000)).map { Int16(4_000 * sin(2 * .pi * frequency * Double($0) / 16_000)) }
        words.append(Word(text: word, start: start, end: start + seconds))
        samples += Array(repeating: 0, count: Int(pause * 16_000))
    }

    mutating func pause(_ seconds: Double) { samples += Array(repeating: 0, count: Int(seconds * 16_000)) }

    var text: String { words.map(\.text).joined(separator: " ") }
    var wave: Data { SoundFile.wave(samples) }
    /// 16 bits, the lower byte first.
    var raw: Data { samples.withUnsafeBytes { Data($0) } }
}
