import Audio
import Foundation
import Tensors
import TestKit

/// Speech with silences, noise, tones and music-like chords between, and where the speech was inserted.
struct MixedRecording {
    enum Filler: CaseIterable {
        case silence, whiteNoise, pinkNoise, chord, melody, hum, clicks
    }

    private(set) var samples: [Float] = []
    /// Where each inserted recording lies.
    private(set) var speech: [Range<Int>] = []
    private(set) var fillers: [(kind: Filler, range: Range<Int>)] = []
    private var random = RandomSource(seed: 11)

    mutating func append(speech recording: [Float]) {
        speech.append(samples.count..<samples.count + recording.count)
        samples += recording
    }

    /// Noise comes at -50 dB (root mean square), tones at about -20 dB.
    mutating func append(_ filler: Filler, seconds: Double) {
        let count = Int(seconds * 16_000)
        fillers.append((filler, samples.count..<samples.count + count))
        samples += sound(filler, count)
    }

    private mutating func sound(_ filler: Filler, _ count: Int) -> [Float] {
        func tone(_ frequencies: [Double], _ index: Int) -> Float {
            Float(0.1 * frequencies.reduce(0) { $0 + sin(2 * .pi * $1 * Double(index) / 16_000) })
        }
        switch filler {
        case .silence: return [Float](repeating: 0, count: count)
        case .whiteNoise: return (0..<count).map { _ in 0.00316 * random.normal() }
        case .pinkNoise:
            // Paul Kellet's filter of three poles, near -3 dB per octave.
            var poles: (Float, Float, Float) = (0, 0, 0)
            return (0..<count).map { _ in
                let white = random.normal()
                poles.0 = 0.99765 * poles.0 + white * 0.0990460
                poles.1 = 0.96300 * poles.1 + white * 0.2965164
                poles.2 = 0.57000 * poles.2 + white * 1.0526913
                return 0.00316 / 1.9 * (poles.0 + poles.1 + poles.2 + white * 0.1848)
            }
        case .chord: return (0..<count).map { tone([220, 277.2, 329.6], $0) }
        case .melody:
            let notes: [Double] = [262, 294, 330, 392, 440, 392, 330, 294]
            return (0..<count).map { index in
                let note = notes[index / 6000 % notes.count]
                let place = index % 6000
                let fade = Float(min(1, Double(min(place, 6000 - place)) / 200))
                return fade * tone([note, 2 * note], index)
            }
        case .hum: return (0..<count).map { tone([50, 100, 150, 250], $0) }
        case .clicks:
            return (0..<count).map { index in
                index % 9000 < 300 ? 0.1 * random.normal() * Float(exp(-Double(index % 9000) / 60)) : 0
            }
        }
    }

    /// Frames in the middle of inserted speech that are at most 22 dB below the loud ones: surely speech.
    var sureFrames: [Int] {
        speech.flatMap { range -> [Int] in
            let frames = (range.lowerBound + 511) / 512..<range.upperBound / 512
            let levels = frames.map { frame in
                samples[frame * 512..<(frame + 1) * 512].reduce(Float(1e-12)) { $0 + $1 * $1 }
            }
            let loud = levels.sorted()[levels.count * 19 / 20]
            return zip(frames, levels).filter { $0.1 > loud * 0.0063 }.map(\.0)
        }
    }

    /// Frames wholly inside a filler, half a second from its ends.
    func frames(of kind: Filler) -> [Int] {
        fillers.filter { $0.kind == kind }.flatMap { filler in
            ((filler.range.lowerBound + 8000 + 511) / 512)..<((filler.range.upperBound - 8000) / 512)
        }
    }

    /// The three samples of this repository at 16 kHz, all fillers between.
    static func ofSamples() throws -> MixedRecording {
        var mix = MixedRecording()
        let names = ["226-122538-0023", "3664-178355-0019", "5789-70653-0019"]
        for (index, filler) in Filler.allCases.enumerated() {
            mix.append(filler, seconds: 6)
            mix.append(speech: try load(Repository.file("Assets/Samples/librispeech-\(names[index % 3]).flac")))
        }
        mix.append(.silence, seconds: 4)
        return mix
    }

    static func load(_ file: URL) throws -> [Float] {
        try AudioStream(opening: .file(file.path), sampleRate: 16_000).read(count: 10_000_000)
    }
}
