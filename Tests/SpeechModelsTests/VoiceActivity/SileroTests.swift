import Audio
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import SpeechModels

/// Silero VAD against the Python package (`Tests/Reference/silero_vad_fixtures.py`).
struct SileroParityTests {
    private static let name = "silero-vad"

    private static var jfk: URL? {
        guard let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"] else { return nil }
        let file = URL(fileURLWithPath: data).appending(path: "audio/jfk.wav")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    private static let recordings =
        [
            "synthetic", "librispeech-226-122538-0023.flac", "librispeech-3664-178355-0019.flac",
            "librispeech-5789-70653-0019.flac",
        ] + (jfk == nil ? [] : ["jfk.wav"])

    private func samples(of name: String) throws -> [Float] {
        if name == "synthetic" { return synthetic() }
        let file = try name == "jfk.wav" ? #require(Self.jfk) : Repository.file("Assets/Samples/\(name)")
        return try AudioStream(opening: .file(file.path), sampleRate: 16_000).read(count: 1_000_000)
    }

    /// As the script makes it.
    private func synthetic() -> [Float] {
        var state: UInt32 = 1
        return (0..<32_100).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float((Double(state) / 2_147_483_648 - 1) * [1, 0.1, 0.01, 0.001, 0.0001][index / 8000])
        }
    }

    private func load() throws -> SileroDetector {
        try SileroDetector(ModelFolder(FetchedModel.folder(Self.name)))
    }

    @Test(.needsModel(name), arguments: recordings) func probabilitiesAreThePackages(of recording: String) throws {
        let file = Repository.file("Tests/Fixtures/silero-vad/expected.json")
        let all = try JSONDecoder().decode([String: [Float]].self, from: Data(contentsOf: file))
        let expected = try #require(all[recording])
        let samples = try samples(of: recording)
        for pieceSize in [samples.count, 512, 700] {
            var stream = try load().makeStream()
            var found: [Float] = []
            for first in stride(from: 0, to: samples.count, by: pieceSize) {
                found += stream.probabilities(
                    appending: Array(samples[first..<min(first + pieceSize, samples.count)]))
            }
            found += stream.finish()
            #expect(found.count == expected.count)
            let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            // The fixture has six decimals.
            #expect(worst < 1e-5, "\(recording): \(worst)")
        }
    }

    @Test(.needsModel(name)) func anySoundGivesProbabilities() throws {
        let detector = try load()
        for samples in [
            [], [0.5], [Float](repeating: .nan, count: 3000), [Float](repeating: .infinity, count: 3000),
            [Float](repeating: -.greatestFiniteMagnitude, count: 3000), [Float](repeating: 0, count: 3000),
        ] {
            var stream = detector.makeStream()
            let all = stream.probabilities(appending: samples) + stream.finish()
            #expect(all.count == (samples.count + 511) / 512)
            #expect(all.allSatisfy { $0 >= 0 && $0 <= 1 })
            // What was heard does no lasting harm.
            let more = stream.probabilities(appending: synthetic())
            #expect(more.allSatisfy { $0 >= 0 && $0 <= 1 })
        }
    }
}

/// The network with random weights against the obvious loops, so that it is tested where the real weights are absent.
struct SileroModelTests {
    private let store = ParameterStore(random: RandomSource(seed: 5))
    private let model: SileroModel

    init() { model = SileroModel(in: store.root) }

    private func values(_ name: String) -> [Double] {
        store.parameters.first { $0.name == name }!.value.floats().map(Double.init)  // a name of the model
    }

    /// One channel-major convolution with three taps and a zero on either side, rectified.
    private func convolve(_ x: [[Double]], _ name: String, stride: Int) -> [[Double]] {
        let (weight, bias) = (values("\(name).weight"), values("\(name).bias"))
        let time = x[0].count
        return bias.indices.map { output in
            Swift.stride(from: 0, to: time, by: stride).map { centre in
                var sum = bias[output]
                for channel in x.indices {
                    for tap in 0..<3 where (0..<time).contains(centre + tap - 1) {
                        sum += weight[(output * x.count + channel) * 3 + tap] * x[channel][centre + tap - 1]
                    }
                }
                return max(0, sum)
            }
        }
    }

    private func slow(_ samples: [Float]) -> [Double] {
        let basis = values("stft_conv.weight")
        var hidden = [Double](repeating: 0, count: 128)
        var memory = hidden
        return stride(from: 0, to: samples.count - 64, by: 512).map { start in
            var sound = samples[start..<start + 576].map(Double.init)
            for offset in 0..<64 { sound.append(sound[574 - offset]) }
            var features = (0..<129).map { bin in
                (0..<4).map { time in
                    func project(_ row: Int) -> Double {
                        (0..<256).reduce(0) { $0 + basis[row * 256 + $1] * sound[time * 128 + $1] }
                    }
                    return (project(bin) * project(bin) + project(bin + 129) * project(bin + 129)).squareRoot()
                }
            }
            for (name, stride) in [("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)] {
                features = convolve(features, name, stride: stride)
            }
            func gates(_ weight: String, _ bias: String, _ x: [Double]) -> [Double] {
                let (weight, bias) = (values("lstm_cell.\(weight)"), values("lstm_cell.\(bias)"))
                return (0..<512).map { row in (0..<128).reduce(bias[row]) { $0 + weight[row * 128 + $1] * x[$1] } }
            }
            let sums = zip(
                gates("weight_ih", "bias_ih", features.map { $0[0] }), gates("weight_hh", "bias_hh", hidden)
            ).map(+)
            func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
            for unit in 0..<128 {
                memory[unit] =
                    sigmoid(sums[128 + unit]) * memory[unit] + sigmoid(sums[unit]) * tanh(sums[256 + unit])
                hidden[unit] = sigmoid(sums[384 + unit]) * tanh(memory[unit])
            }
            let weight = values("final_conv.weight")
            return sigmoid(
                (0..<128).reduce(values("final_conv.bias")[0]) { $0 + weight[$1] * max(0, hidden[$1]) })
        }
    }

    @Test func equalsTheObviousLoops() {
        var random = RandomSource(seed: 6)
        let samples = (0..<64 + 5 * 512).map { _ in 4 * random.uniform() - 2 }
        var state = SileroModel.State()
        let all = model.probabilities(samples, &state)
        let expected = slow(samples)
        #expect(zip(all, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        // Not a constant.
        #expect(Set(all).count == 5)

        var stepwise = SileroModel.State()
        let single = (0..<5).map { frame in
            model.probabilities(Array(samples[frame * 512..<frame * 512 + 576]), &stepwise)[0]
        }
        expectClose(single, all)
        expectClose(stepwise.hidden, state.hidden)
    }
}

/// Folders that must be refused with one line.
struct DamagedSileroTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let fileName = "silero_vad_16k.safetensors"

    /// Writes random weights after a change.
    private func write(_ change: (inout [String: Tensor]) -> Void) throws {
        let store = ParameterStore(random: RandomSource(seed: 1))
        _ = SileroModel(in: store.root)
        var tensors = Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value) })
        change(&tensors)
        try SafetensorsWriter.write(tensors, to: folder.path(Self.fileName))
    }

    private func open() throws -> SileroDetector { try SileroDetector(ModelFolder(folder.url)) }

    private func expectRefusal(_ words: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) { _ = try open() }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(words) && !text.contains("\n") && text.contains(folder.path), "\(text)")
    }

    @Test func aGoodFolderIsTaken() throws {
        try write { _ in }
        _ = try open()
    }

    @Test func missingAndForeignWeights() throws {
        try write { $0["conv2.bias"] = nil }
        expectRefusal("1 missing: conv2.bias")
        try write { $0["conv5.bias"] = Tensor(repeating: 0, shape: [4]) }
        expectRefusal("conv5.bias")
        try write { $0["conv2.bias"] = Tensor(repeating: 0, shape: [4]) }
        expectRefusal("conv2.bias is [4], expected [64]")
        try write { $0["conv2.bias"] = Tensor([Int32](repeating: 0, count: 64), shape: [64]) }
        expectRefusal("conv2.bias")
    }

    @Test func numbersOutOfBounds() throws {
        try write { $0["conv2.bias"] = Tensor(repeating: .nan, shape: [64]) }
        expectRefusal("conv2.bias")
        try write { tensors in
            for (name, tensor) in tensors where name.hasSuffix("weight") {
                tensors[name] = Tensor(repeating: 1e30, shape: tensor.shape)
            }
        }
        expectRefusal("not finite")
    }

    @Test func noFilesAndOtherFiles() throws {
        expectRefusal("missing")
        try folder.write("", to: Self.fileName)
        expectRefusal(Self.fileName)
        try folder.write("not a model", to: Self.fileName)
        expectRefusal(Self.fileName)
        try folder.write("x", to: "other.safetensors")
        expectRefusal("missing")
    }

    /// A good file with bytes changed or cut off: an error or a model, never the end of the process.
    @Test func damagedBytes() throws {
        try write { _ in }
        let good = try folder.bytes(Self.fileName)
        var random = RandomSource(seed: 9)
        for round in 0..<60 {
            var bytes = good
            if round % 3 == 0 {
                bytes.removeLast(Int(random.uniform() * Float(bytes.count - 1)))
            } else {
                for _ in 0..<4 {
                    let header = round % 3 == 1
                    let place = Int(random.uniform() * Float(header ? 1500 : bytes.count - 1))
                    bytes[place] = UInt8(random.uniform() * 255)
                }
            }
            try folder.write(bytes, to: Self.fileName)
            do {
                var stream = try open().makeStream()
                let all = stream.probabilities(appending: [Float](repeating: 0.1, count: 2000)) + stream.finish()
                #expect(all.count == 4)
            } catch {
                #expect(!"\(error)".contains("\n"))
            }
        }
    }
}
