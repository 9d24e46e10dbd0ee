import Autograd
import Checkpoints
import Foundation
import Kernels
import Layers
import Optimizers
import Parameters
import Tensors
import VisionModels

/// Times a network that classifies pictures; Tests/Benchmarks/vision_benchmark.py makes what it reads.
///
///     vision-benchmark infer THREADS ROUNDS MODEL BATCH INPUT OUTPUT
///     vision-benchmark train THREADS STEPS FOLDER
///
/// `infer` runs the model in a folder on the `float32` numbers `[batch, height, width, 3]` in the file INPUT and writes the
/// logits to OUTPUT. `train` takes steps of a ResNet-18 for small pictures: SGD with Nesterov's momentum on one batch, from
/// `weights.safetensors` and `batch.safetensors` (`x`, `y`) in FOLDER. Both print the seconds of each round.
@main
enum VisionBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count >= 4, let threads = Int(arguments[1]), let rounds = Int(arguments[2]) else {
            return print("usage: vision-benchmark infer|train THREADS ROUNDS …; see VisionBenchmark.swift")
        }
        Threads.setCount(threads)
        if arguments[0] == "train" {
            try train(in: arguments[3], steps: rounds)
        } else {
            try infer(arguments[3], batch: Int(arguments[4]) ?? 1, arguments[5], arguments[6], rounds: rounds)
        }
        print("kernels \(KernelLevel.current.rawValue), \(threads) threads; peak memory \(peakMemory >> 10) MiB")
    }

    private static func infer(
        _ model: String, batch: Int, _ input: String, _ output: String, rounds: Int
    ) throws {
        let classifier = try Classifier(ModelFolder(URL(fileURLWithPath: model)))
        let numbers = try Data(contentsOf: URL(fileURLWithPath: input)).withUnsafeBytes {
            Array($0.bindMemory(to: Float.self))
        }
        let extent = Int(Double(numbers.count / batch / 3).squareRoot())
        let pictures = Tensor(numbers, shape: [batch, extent, extent, 3])
        var logits: [Float] = []
        var times: [Double] = []
        for round in 0..<rounds + warmUpCount {
            let start = seconds()
            logits = classifier.logits(pictures).floats()
            if round >= warmUpCount { times.append(seconds() - start) }
        }
        try logits.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: output)) }
        print("seconds:", times.map { "\($0)" }.joined(separator: " "))
    }

    private static func train(in folder: String, steps: Int) throws {
        let store = ParameterStore(reading: try SafetensorsFile(path: "\(folder)/weights.safetensors"))
        let model = try ResNet18(in: store)
        let batch = try SafetensorsFile(path: "\(folder)/batch.safetensors")
        guard let x = try batch.tensor(named: "x"), let y = try batch.tensor(named: "y") else {
            return print("batch.safetensors holds no x and y")
        }
        var optimizer = SGD(
            [ParameterGroup(store.parameters.filter { $0.role == .weight })],
            SGD.Settings(momentum: 0.9, weightDecay: 5e-4, usesNesterov: true))
        var (times, losses): ([Double], [Float]) = ([], [])
        for step in 0..<steps + warmUpCount {
            let start = seconds()
            let (loss, updates) = descend(model, x, y, &optimizer)
            updates.apply()
            if step >= warmUpCount { times.append(seconds() - start) }
            losses.append(loss)
        }
        print("seconds:", times.map { "\($0)" }.joined(separator: " "))
        print("losses:", losses.map { "\($0)" }.joined(separator: " "))
    }

    private static let warmUpCount = 2

    private static func seconds() -> Double { ProcessInfo.processInfo.systemUptime }

    /// The largest resident size so far in KiB, as Linux tells it.
    private static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
