import Autograd
import Foundation
import Kernels
import Optimizers
import Parameters
import SpeechModels
import Tensors
import Tokenizers
import Training

/// Times training steps of a Conformer and prints them: `speech-benchmark [threads] [steps] [preset]`.
///
/// Sixteen utterances of ten seconds with 120 targets each of 32 tokens, as `speech_training_benchmark.py` gives them to
/// PyTorch; without a preset the network is that one's: width 144, eight layers, four heads, 144 channels before them.
@main
enum SpeechBenchmark {
    static let (batch, time, bands, targets, vocabulary) = (16, 1000, 80, 120, 32)

    static func main() throws {
        let arguments = CommandLine.arguments
        let threads = arguments.count > 1 ? Int(arguments[1]) ?? 2 : 2
        let steps = arguments.count > 2 ? Int(arguments[2]) ?? 7 : 7
        Threads.setCount(threads)
        var configuration = ConformerConfiguration(
            subsamplingChannels: 144, width: 144, layers: 8, heads: 4, feedForward: 576, taps: 31,
            vocabularySize: vocabulary)
        if arguments.count > 3 {
            configuration = try ConformerPreset(named: arguments[3]).configuration(vocabularySize: vocabulary)
        }
        let store = ParameterStore(random: RandomSource(seed: 1))
        let characters = String(String.UnicodeScalarView((0..<vocabulary - 2).compactMap { Unicode.Scalar(0x61 + $0) }))
        let tokenizer = try loadTokenizer(json: Array(TargetTokenizer.trained(on: [characters]).json().utf8))
        let training = CTCTraining(
            try ConformerModel(configuration, in: store), tokenizer: tokenizer, parameters: store)
        var optimizer = AdamW([ParameterGroup(store.parameters)], AdamW.Settings())
        var random = RandomSource(seed: 1337)
        let features = Tensor(
            (0..<batch * time * bands).map { _ in Float(random.normal()) }, shape: [batch, time, bands])
        let example = SpeechBatch(
            features: features, lengths: Array(repeating: time, count: batch),
            targets: (0..<batch).map { _ in
                (0..<targets).map { _ in 1 + Int(random.next() % UInt64(vocabulary - 1)) }
            })
        var times: [(forward: Double, backward: Double, update: Double)] = []
        for step in 0..<steps + 2 {
            let start = seconds()
            var afterForward = start
            let (loss, gradients) = valueAndGradients {
                let loss = training.loss(example, mode: .training(RandomSource(seed: UInt64(step)))).sum
                afterForward = seconds()
                return loss
            }
            let afterBackward = seconds()
            var sum = GradientSum(of: optimizer.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: batch * targets)
            optimizer.step(sum, factor: 1, learningRate: 1e-3)
            let end = seconds()
            // The first two warm up.
            if step >= 2 { times.append((afterForward - start, afterBackward - afterForward, end - afterBackward)) }
            if step < 3 { print("loss \(loss.scalar / Float(batch * targets))") }
        }
        func mean(_ parts: [Double]) -> Double { parts.reduce(0, +) / Double(parts.count) }
        print("seconds:", times.map { "\($0.forward + $0.backward + $0.update)" }.joined(separator: " "))
        print(
            "kernels \(KernelLevel.current.rawValue), \(threads) threads; forward \(mean(times.map(\.forward))), backward",
            "\(mean(times.map(\.backward))), update \(mean(times.map(\.update))); peak memory \(peakMemory >> 10) MiB,",
            "tensors \(BufferPool.shared.statistics.peak >> 20) MiB, \(store.elementCount) parameters")
    }

    /// The largest resident size so far in KiB, as Linux tells it.
    static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    static func seconds() -> Double { ProcessInfo.processInfo.systemUptime }
}
