import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import Autograd

struct CTCLossTests {
    /// -log of the sum over every path of frames that spells the target.
    private func byEnumeration(_ x: [Float], frames: Int, classes: Int, target: [Int], blank: Int) -> Double {
        var probability = 0.0
        for number in 0..<Int(pow(Double(classes), Double(frames))) {
            var (path, rest) = ([Int](), number)
            for _ in 0..<frames {
                path.append(rest % classes)
                rest /= classes
            }
            let spelled = path.indices.filter { ($0 == 0 || path[$0] != path[$0 - 1]) && path[$0] != blank }
                .map { path[$0] }
            guard spelled == target else { continue }
            probability += exp(path.indices.reduce(0.0) { $0 + Double(x[$1 * classes + path[$1]]) })
        }
        return -Foundation.log(probability)
    }

    @Test func agreesWithTheSumOverAllPaths() {
        let (frames, classes) = (5, 4)
        for blank in 0..<classes {
            let labels = (0..<classes).filter { $0 != blank }
            let (a, b) = (labels[0], labels[2])
            for target in [[], [a], [a, a], [a, b, a], [b, b, a, a], [a, a, a], [a, b, a, b, a], [a, a, b, b]] {
                let x = logSoftmax(scale(.random([1, frames, classes]), by: 3))
                let expected = byEnumeration(
                    x.floats(), frames: frames, classes: classes, target: target, blank: blank)
                let padded = Tensor((target + [0]).map { Int32($0) }, shape: [1, target.count + 1])
                let loss = ctcLosses(
                    x, targets: padded, inputLengths: [frames], targetLengths: [target.count], blank: blank)
                expectClose(loss.floats(), [Float(expected)])
                let spared = ctcLosses(
                    x, targets: padded, inputLengths: [frames], targetLengths: [target.count], blank: blank,
                    zeroInfinity: true)
                expectClose(spared.floats(), [expected.isFinite ? Float(expected) : 0])
            }
        }
    }

    /// Random batches: empty targets, repeats, targets that do not fit (`Tests/Reference/conformer_fixtures.py`).
    @Test func lossesAndGradientsAreThoseOfPyTorch() throws {
        let file = try SafetensorsFile(path: Repository.file("Tests/Fixtures/conformer/ctc.safetensors").path)
        func tensor(_ name: String) throws -> Tensor { try #require(try file.tensor(named: name)) }
        let cases = file.names.count { $0.hasSuffix(".logits") }
        #expect(cases == 24)
        var (emptyCount, repeatCount, tooLongCount) = (0, 0, 0)
        for number in 0..<cases {
            let targets = try tensor("\(number).targets")
            let lengths = try tensor("\(number).lengths").integers().map { Int($0) }
            let (frames, labels) = (Array(lengths.prefix(targets.shape[0])), Array(lengths.suffix(targets.shape[0])))
            let parameter = ParameterStore(random: RandomSource(seed: 1)).root
                .parameter("x", try tensor("\(number).logits").shape, .zeros)
            parameter.update(try tensor("\(number).logits"))
            let blank = Int(try tensor("\(number).blank").integers()[0])
            var losses: [Float] = []
            let (_, gradients) = valueAndGradients {
                let each = ctcLosses(
                    logSoftmax(parameter.value), targets: targets, inputLengths: frames, targetLengths: labels,
                    blank: blank, zeroInfinity: true)
                losses = each.floats()
                return sum(each)
            }
            expectClose(losses, try tensor("\(number).losses").floats())
            let expected = try tensor("\(number).gradient").floats()
            TestKit.expectClose(try #require(gradients[parameter]).floats(), expected, relative: 1e-4, absolute: 1e-5)
            for (row, count) in labels.enumerated() {
                let target = targets.integers()[row * targets.shape[1]..<row * targets.shape[1] + count]
                let repeats = zip(target, target.dropFirst()).count { $0 == $1 }
                emptyCount += count == 0 ? 1 : 0
                repeatCount += repeats > 0 ? 1 : 0
                tooLongCount += count + repeats > frames[row] ? 1 : 0
            }
        }
        #expect(emptyCount > 3 && repeatCount > 10 && tooLongCount > 10)
    }

    /// No frames, no labels: nothing to pay. No frames and a label: impossible.
    @Test func noFrames() {
        let losses = ctcLosses(
            .random([2, 3, 3]), targets: Tensor([0, 1] as [Int32], shape: [2, 1]), inputLengths: [0, 0],
            targetLengths: [0, 1])
        #expect(losses.floats() == [0, .infinity])
    }

    /// Certain frames: probabilities of 0 and 1 give 0 and infinity, not NaN.
    @Test func certainFrames() {
        let never = -Float.infinity
        let x = Tensor([0, never, never, never, 0, never, 0, never, never], shape: [1, 3, 3])
        func loss(_ label: Int32) -> [Float] {
            ctcLosses(x, targets: Tensor([label], shape: [1, 1]), inputLengths: [3], targetLengths: [1]).floats()
        }
        #expect(loss(1) == [0])
        #expect(loss(2) == [.infinity])
    }

    @Test func theMeanDividesByTheLabels() {
        let x = logSoftmax(.random([2, 6, 4]))
        let targets = Tensor([1, 2, 3, 0, 0, 0] as [Int32], shape: [2, 3])
        let each = ctcLosses(x, targets: targets, inputLengths: [6, 4], targetLengths: [3, 0]).floats()
        let mean = ctcLoss(x, targets: targets, inputLengths: [6, 4], targetLengths: [3, 0])
        expectClose(mean.scalar, (each[0] / 3 + each[1]) / 2)
    }

    private func expectClose(_ actual: Float, _ expected: Float) { TestKit.expectClose([actual], [expected]) }
    private func expectClose(_ actual: [Float], _ expected: [Float]) { TestKit.expectClose(actual, expected) }
}
