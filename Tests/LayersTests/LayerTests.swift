import Autograd
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

@testable import Layers

struct LayerTests {
    private func store() -> ParameterStore { ParameterStore(random: RandomSource(seed: 5)) }

    @Test func linearIsAnAffineMap() {
        let store = store()
        let layer = Linear(5, 3, in: store.root)
        #expect(store.parameters.map { $0.name } == ["weight", "bias"])
        let x = Tensor.random([2, 4, 5])
        let (weight, bias) = (layer.weight.value.floats(), layer.bias!.value.floats())
        let input = x.floats()
        var expected: [Float] = []
        for row in 0..<8 {
            for output in 0..<3 {
                var sum = bias[output]
                for index in 0..<5 { sum += input[row * 5 + index] * weight[output * 5 + index] }
                expected.append(sum)
            }
        }
        expectClose(layer(x), Tensor(expected, shape: [2, 4, 3]))
        let residual = Tensor.random([2, 4, 3], seed: 8)
        expectClose(layer(x, residual: residual), add(layer(x), residual))
    }

    @Test func embeddingPicksRowsAndTiesLogits() {
        let layer = Embedding(6, 4, in: store().root)
        let table = layer.weight.value.floats()
        let rows = layer(Tensor([5, 0] as [Int32], shape: [1, 2]))
        expectClose(rows, Tensor(Array(table[20..<24] + table[0..<4]), shape: [1, 2, 4]))
        #expect(layer.logits(.random([2, 4])).shape == [2, 6])
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 0), (3, 2)])
    func convolutionAgreesWithItsDefinition(stride: Int, padding: Int) {
        let (batch, time, channels, outputs, taps) = (2, 9, 3, 4, 3)
        let layer = Convolution1d(channels, outputs, taps: taps, stride: stride, padding: padding, in: store().root)
        let x = Tensor.random([batch, time, channels])
        let (input, weight, bias) = (x.floats(), layer.weight.value.floats(), layer.bias!.value.floats())
        let outputTime = (time + 2 * padding - taps) / stride + 1
        var expected: [Float] = []
        for sample in 0..<batch {
            for position in 0..<outputTime {
                for output in 0..<outputs {
                    var sum = bias[output]
                    for tap in 0..<taps {
                        let source = position * stride + tap - padding
                        guard (0..<time).contains(source) else { continue }
                        for channel in 0..<channels {
                            sum +=
                                input[(sample * time + source) * channels + channel]
                                * weight[(output * channels + channel) * taps + tap]
                        }
                    }
                    expected.append(sum)
                }
            }
        }
        expectClose(layer(x), Tensor(expected, shape: [batch, outputTime, outputs]))
    }

    /// The form that a store packs ahead, not knowing of groups, is not taken for that of a convolution with groups.
    @Test func packedAheadADepthwiseConvolutionIsTheSame() {
        let store = store()
        let layer = Convolution1d(6, 6, taps: 5, padding: 2, groups: 6, in: store.root)
        let x = Tensor.random([2, 9, 6])
        let expected = layer(x)
        let packed = self.store()
        let other = Convolution1d(6, 6, taps: 5, padding: 2, groups: 6, in: packed.root)
        packed.packMatrices()
        #expect(other(x).floats() == expected.floats())
    }

    @Test func layerNormHasMeanZeroAndDeviationOne() {
        let layer = LayerNorm(16, in: store().root)
        let result = layer(scale(.random([3, 16]), by: 7)).floats()
        for row in 0..<3 {
            let values = result[row * 16..<(row + 1) * 16]
            #expect(abs(values.reduce(0, +)) < 1e-4)
            #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 16 - 1) < 1e-3)
        }
    }

    /// The positions `range` of both sequences.
    private func rows(_ range: Range<Int>, of values: [Float], time: Int, width: Int) -> [Float] {
        (0..<2).flatMap { sequence in
            let start = sequence * time
            return values[(start + range.lowerBound) * width..<(start + range.upperBound) * width]
        }
    }

    /// Decoding step by step with a cache gives what causal attention over everything gives at once.
    @Test func cachedAttentionEqualsCausalAttention() {
        let (width, heads, time) = (12, 3, 5)
        let layer = MultiHeadAttention(width, heads: heads, keyBias: true, in: store().root)
        let x = Tensor.random([2, time, width])
        let (keys, values) = layer.keysAndValues(of: x)
        let whole = attention(layer.queryProjection(x), keys, values, heads: heads, isCausal: true).floats()

        let cache = KeyValueCache(layerCount: 1, sequenceCapacity: 2, positionCapacity: time, width: width)
        // Two positions at first, then one after the other.
        for range in [0..<2, 2..<3, 3..<4, 4..<5] {
            let count = range.count
            let parts = rows(range, of: x.floats(), time: time, width: width)
            let part = Tensor(parts, shape: [2, count, width])
            let (newKeys, newValues) = layer.keysAndValues(of: part)
            let result = attention(
                layer.queryProjection(part), newKeys, newValues, extending: cache, layer: 0, heads: heads)
            cache.advance(by: count, sequences: 2)
            let expected = rows(range, of: whole, time: time, width: width)
            expectClose(result.floats(), expected, relative: 1e-5, absolute: 1e-5)
        }
    }

    /// Keys and values kept head by head give what they give side by side.
    @Test func attentionToASourceEqualsPlainAttention() {
        let layer = MultiHeadAttention(12, heads: 3, keyBias: false, in: store().root)
        let (x, encoded) = (Tensor.random([2, 3, 12]), Tensor.random([1, 9, 12], seed: 4))
        let (keys, values) = layer.keysAndValues(of: encoded)
        let plain = layer.outputProjection(
            attention(layer.queryProjection(x), keys, values, heads: 3), residual: x)
        expectClose(layer.attend(x, to: layer.source(of: encoded), residual: x), plain)
    }

    @Test func attentionAgreesWithItsDefinition() {
        let (heads, width, queryTime, keyTime) = (2, 4, 3, 7)
        let (q, k, v) = (
            Tensor.random([1, queryTime, 8]), Tensor.random([1, keyTime, 8], seed: 2),
            Tensor.random([1, keyTime, 8], seed: 3)
        )
        let (queries, keys, values) = (q.floats(), k.floats(), v.floats())
        var expected = [Float](repeating: 0, count: queryTime * 8)
        for head in 0..<heads {
            for query in 0..<queryTime {
                var scores: [Float] = []
                for key in 0..<keyTime {
                    var score: Float = 0
                    for index in head * width..<(head + 1) * width {
                        score += queries[query * 8 + index] * keys[key * 8 + index]
                    }
                    scores.append(score / 2)
                }
                let weights = softmax(Tensor(scores, shape: [keyTime])).floats()
                for index in head * width..<(head + 1) * width {
                    for key in 0..<keyTime { expected[query * 8 + index] += weights[key] * values[key * 8 + index] }
                }
            }
        }
        expectClose(attention(q, k, v, heads: heads), Tensor(expected, shape: [1, queryTime, 8]))
    }

    @Test func aFrozenBatchNormKeepsItsStatistics() throws {
        let store = ParameterStore(
            reading: FixedSource(), renewing: [], random: RandomSource(seed: 1), freezing: { $0.hasPrefix("frozen") })
        let (frozen, free) = (BatchNorm(2, in: store.root / "frozen"), BatchNorm(2, in: store.root / "free"))
        let x = Tensor.random([6, 2])
        var updates = BufferUpdates()
        let mode = Mode.training(RandomSource(seed: 1))
        #expect(frozen(x, mode: mode, updates: &updates).floats() == frozen(x).floats())
        updates.apply()
        #expect(frozen.runningMean.value.floats() == [2, 2])
        _ = free(x, mode: mode, updates: &updates)
        updates.apply()
        #expect(free.runningMean.value.floats() != [2, 2])
    }

    /// Two everywhere.
    private struct FixedSource: TensorSource {
        let names: [String] = []
        func shape(of name: String) -> Shape? { [2] }
        func tensor(named name: String) throws -> Tensor? { Tensor(repeating: 2, shape: [2]) }
    }
}
