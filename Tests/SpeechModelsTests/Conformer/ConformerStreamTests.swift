import Audio
import Autograd
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import SpeechModels

/// A network that hears in chunks, as a whole and as a stream, beside PyTorch's (`Tests/Reference/conformer_fixtures.py`).
struct ConformerStreamTests {
    private static let lengths = [93, 62, 85]
    private let model: ConformerModel
    private let store: ParameterStore
    private let chunks: ConformerChunks
    private let expected: SafetensorsFile

    init() throws {
        let folder = try ModelFolder(ConformerFixture.folder.appendingPathComponent("streaming"))
        let configuration = try #require(try folder.decode(ConformerConfiguration.self, from: "config.json"))
        chunks = try #require(configuration.streaming)
        #expect(chunks == ConformerChunks(size: 3, leftCount: 2))
        store = ParameterStore(reading: try folder.openWeights())
        model = try ConformerModel(configuration, in: store)
        expected = try SafetensorsFile(
            path: ConformerFixture.folder.appendingPathComponent("streaming.safetensors").path)
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    private func features(_ index: Int) throws -> Tensor {
        slice(slice(try tensor("features"), index..<index + 1), axis: 1, range: 0..<Self.lengths[index])
    }

    @Test(arguments: [false, true]) func logitsOfABatchAreThoseOfPyTorch(inChunks: Bool) throws {
        let output = model(try tensor("features"), lengths: Self.lengths, chunks: inChunks ? chunks : nil)
        let (time, classes) = (output.logits.shape[1], output.logits.shape[2])
        for index in 0..<3 {
            let own = try tensor("\(inChunks ? "chunks" : "whole").\(index)")
            let found = slice(reshape(output.logits, [3 * time, classes]), index * time..<index * time + own.shape[0])
            #expect(largestRelativeDifference(found.floats(), own.floats()) < 1e-5)
            let alone = model(try features(index), lengths: [Self.lengths[index]], chunks: inChunks ? chunks : nil)
            #expect(largestRelativeDifference(alone.logits.floats(), own.floats()) < 1e-5)
        }
    }

    /// In pieces of any length, and once more with the same stream.
    @Test(arguments: [1, 5, 12, 40, 1_000]) func aStreamSaysWhatTheWholeSays(pieceLength: Int) throws {
        var stream = ConformerStream(model, chunks: chunks)
        for index in [0, 1, 2, 0] {
            let own = try tensor("chunks.\(index)")
            let rows = reshape(try features(index), [Self.lengths[index], 9])
            var found: [Float] = []
            for start in Swift.stride(from: 0, to: Self.lengths[index], by: pieceLength) {
                let piece = slice(rows, start..<min(Self.lengths[index], start + pieceLength))
                for logits in stream.append(piece) {
                    #expect(logits.shape == [chunks.size, 6])
                    found += logits.floats()
                }
            }
            // Nothing waits that could be known.
            #expect(found.count / 6 == Self.lengths[index] / 12 * 3)
            if let rest = stream.finish() { found += rest.floats() }
            #expect(found.count == own.floats().count)
            #expect(largestRelativeDifference(found, own.floats()) < 1e-4)
        }
    }

    @Test func aStepOfTrainingInChunksIsThatOfPyTorch() throws {
        let targets = try tensor("targets").integers()
        let lengths = Self.lengths
        let (loss, gradients) = try valueAndGradients {
            var updates = BufferUpdates()
            let output = model(
                try tensor("features"), lengths: lengths, chunks: chunks, mode: .training(RandomSource(seed: 1)),
                dropout: 0, updates: &updates)
            return ctcLoss(
                logSoftmax(output.logits), targets: Tensor(targets, shape: [3, 5]), inputLengths: output.lengths,
                targetLengths: [5, 0, 3], reduction: .sum, zeroInfinity: true)
        }
        #expect(abs(loss.scalar - (try tensor("loss").scalar)) < 1e-5 * loss.scalar)
        for parameter in store.parameters where parameter.role == .weight {
            let found = try #require(gradients[parameter], "\(parameter.name)")
            let own = try tensor("gradient.\(parameter.name)").floats()
            #expect(largestRelativeDifference(found.floats(), own) < 1e-4, "\(parameter.name)")
        }
    }

    /// Nothing that comes later has any effect on what was said of a chunk.
    @Test func theFutureIsNotSeen() throws {
        let features = try features(0)
        var changed = features.floats()
        for index in changed.indices.suffix(9 * 33) { changed[index] += 3 }
        let first = model(features, lengths: [93], chunks: chunks).logits.floats()
        let second = model(Tensor(changed, shape: [1, 93, 9]), lengths: [93], chunks: chunks).logits.floats()
        // 60 frames are five chunks of 12.
        #expect(Array(first[..<(15 * 6)]) == Array(second[..<(15 * 6)]))
        #expect(first != second)
    }

    @Test func stepsOfTrainingSeeChunksOfManySizes() {
        let chunks = ConformerChunks(size: 16, leftCount: 4)
        var (sizes, wholes) = (Set<Int>(), 0)
        for seed in 0..<600 {
            var random = RandomSource(seed: UInt64(seed))
            guard let varied = chunks.varied(using: &random) else {
                wholes += 1
                continue
            }
            sizes.insert(varied.size)
            #expect(abs(varied.leftFrames - 64) <= varied.size)
        }
        #expect(sizes == Set(8...32) && (240...360).contains(wholes))
    }

    @Test func whatIsHeardSuitsStreams() {
        var configuration = model.configuration
        #expect(configuration.tailLength == 6_400 && configuration.features.floor == -7)
        configuration.streaming = nil
        #expect(configuration.tailLength == 0 && configuration.features.floor == nil)
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        for chunks in [
            ConformerChunks(size: 0, leftCount: 1), .init(size: 8, leftCount: -1),
            .init(size: 1_500, leftCount: 15_000),
        ] {
            var configuration = model.configuration
            configuration.streaming = chunks
            #expect(throws: SpeechModelError.self) { try configuration.validate() }
        }
    }
}
