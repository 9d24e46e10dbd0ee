import Autograd
import Foundation
import Kernels
import Optimizers
import Parameters
import Tensors

/// Times training steps of a small GPT and prints them: `training-benchmark [threads] [steps]`.
///
/// The model and the step are those of docs/performance/training.md, which has PyTorch's figures beside.
@main
enum TrainingBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        let threads = arguments.count > 1 ? Int(arguments[1]) ?? 2 : 2
        let steps = arguments.count > 2 ? Int(arguments[2]) ?? 7 : 7
        Threads.setCount(threads)
        let (batch, time, vocabulary) = (16, 256, 4096)
        let model = SmallGPT(vocabulary: vocabulary, time: time)
        var optimizer = AdamW(
            [ParameterGroup(model.store.parameters)],
            AdamW.Settings(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1))
        var random = RandomSource(seed: 1337)
        func tokens() -> Tensor {
            Tensor(
                (0..<batch * time).map { _ in Int32(random.next() % UInt64(vocabulary)) }, shape: [batch, time])
        }
        let (x, y) = (tokens(), tokens())
        var times: [(forward: Double, backward: Double, update: Double)] = []
        for step in 0..<steps + 2 {
            let start = seconds()
            var afterForward = start
            let (loss, gradients) = valueAndGradients {
                let loss = model.loss(x, y)
                afterForward = seconds()
                return loss
            }
            let afterBackward = seconds()
            var sum = GradientSum(of: optimizer.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: 1)
            optimizer.step(sum, factor: 1, learningRate: 1e-3)
            let end = seconds()
            // The first two warm up.
            if step >= 2 { times.append((afterForward - start, afterBackward - afterForward, end - afterBackward)) }
            if step < 3 { print("loss \(loss.scalar)") }
        }
        func mean(_ parts: [Double]) -> Double { parts.reduce(0, +) / Double(parts.count) }
        print("seconds:", times.map { "\($0.forward + $0.backward + $0.update)" }.joined(separator: " "))
        print(
            "kernels \(KernelLevel.current.rawValue), \(threads) threads; forward \(mean(times.map(\.forward))), backward",
            "\(mean(times.map(\.backward))), update \(mean(times.map(\.update))); peak memory \(peakMemory >> 10) MiB,",
            "tensors \(BufferPool.shared.statistics.peak >> 20) MiB")
    }

    /// The largest resident size so far in KiB, as Linux tells it.
    static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    static func seconds() -> Double {
        ProcessInfo.processInfo.systemUptime
    }
}

/// Six layers of width 384 with six heads; no biases, tied embeddings, GELU in its tanh form.
struct SmallGPT {
    struct Block {
        let attentionNorm: Parameter
        let queries: Parameter
        let keys: Parameter
        let values: Parameter
        let output: Parameter
        let feedForwardNorm: Parameter
        let up: Parameter
        let down: Parameter

        init(width: Int, in scope: ParameterScope) {
            func matrix(_ name: String, _ outputs: Int, _ inputs: Int) -> Parameter {
                scope.parameter(name, [outputs, inputs], .normal(deviation: 0.02), precision: .asStored)
            }
            attentionNorm = scope.parameter("attention_norm", [width], .ones)
            queries = matrix("queries", width, width)
            keys = matrix("keys", width, width)
            values = matrix("values", width, width)
            output = matrix("output", width, width)
            feedForwardNorm = scope.parameter("feed_forward_norm", [width], .ones)
            up = matrix("up", 4 * width, width)
            down = matrix("down", width, 4 * width)
        }

        func callAsFunction(_ x: Tensor, heads: Int) -> Tensor {
            let normed = layerNorm(x, weight: attentionNorm.value)
            let attended = attention(
                linear(normed, queries.weight), linear(normed, keys.weight), linear(normed, values.weight),
                heads: heads, isCausal: true)
            let middle = linear(attended, output.weight, residual: x)
            let wide = linear(
                layerNorm(middle, weight: feedForwardNorm.value), up.weight, activation: .geluTanh)
            return linear(wide, down.weight, residual: middle)
        }
    }

    let store = ParameterStore(random: RandomSource(seed: 1))
    let tokens: Parameter
    let positions: Parameter
    let blocks: [Block]
    let norm: Parameter
    let heads = 6

    init(vocabulary: Int, time: Int, width: Int = 384, layers: Int = 6) {
        let scope = store.root
        tokens = scope.parameter(
            "tokens", [vocabulary, width], .normal(deviation: 0.02), precision: .asStored)
        positions = scope.parameter("positions", [time, width], .normal(deviation: 0.02))
        blocks = (0..<layers).map { Block(width: width, in: scope / "blocks" / $0) }
        norm = scope.parameter("norm", [width], .ones)
    }

    func loss(_ x: Tensor, _ targets: Tensor) -> Tensor {
        var hidden = add(embedding(x, tokens.weight), positions.value)
        for block in blocks { hidden = block(hidden, heads: heads) }
        return linearCrossEntropy(layerNorm(hidden, weight: norm.value), tokens.weight, targets)
    }
}
