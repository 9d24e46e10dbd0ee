import Foundation
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing

/// The same 100 steps as PyTorch's optimizers (Tests/Reference/optimizer_fixtures.py).
@Suite struct PyTorchTests {
    private static let shapes: [Shape] = [[3, 5], [7], [2, 2, 3]]

    private struct Fixture: Decodable {
        struct Schedules: Decodable {
            let linear: [Double]
            let cosine: [Double]
            let step: [Double]
            let plateauLosses: [Double]
            let plateau: [Double]
        }

        typealias Weights = [String: [[Float]]]
        let adamw, adamwGroups, adamwClipped, sgd, sgdDecay, sgdMomentum, sgdNesterov: Weights
        let movingAverage: [String: [Float]]
        let schedules: Schedules
    }

    private let fixture: Fixture

    init() throws {
        let data = try Data(contentsOf: Repository.file("Tests/Fixtures/optimizers/pytorch.json"))
        fixture = try JSONDecoder().decode(Fixture.self, from: data)
    }

    private static func numbers(_ shape: Shape, _ multiplier: Int, _ offset: Int, _ scale: Double) -> Tensor {
        Tensor(
            (0..<shape.elementCount).map { Float(Double(($0 * multiplier + offset) % 2001 - 1000) / scale) },
            shape: shape)
    }

    private static func gradient(_ index: Int, step: Int) -> Tensor {
        numbers(shapes[index], 104729, 7907 * step + 331 * index, Double(500 + 40 * (step % 17)))
    }

    private static func parameters() -> [Parameter] {
        let store = ParameterStore(random: RandomSource(seed: 1))
        return shapes.enumerated().map { index, shape in
            let parameter = store.root.parameter("p\(index)", shape, .zeros)
            parameter.update(numbers(shape, 7919, 31 * index, 1000))
            return parameter
        }
    }

    private func compare(
        _ optimizer: (_ parameters: [Parameter]) -> any Optimizer, rate: Double, clip: Double? = nil,
        with expected: Fixture.Weights, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let parameters = Self.parameters()
        var optimizer = optimizer(parameters)
        for step in 1...100 {
            var gradients = GradientSum(of: parameters)
            let parts = parameters.indices.map { Self.gradient($0, step: step) }
            gradients.add(Gradients(of: parameters, parts), lossSum: 0, targetCount: 1)
            let factor = gradients.factor(limitingNorm: gradients.norm, to: clip)
            optimizer.step(gradients, factor: factor, learningRate: rate)
            guard let expected = expected[String(step)] else { continue }
            for (parameter, values) in zip(parameters, expected) {
                #expect(
                    largestRelativeDifference(parameter.value.floats(), values) < 1e-5, "step \(step)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    @Test func adamW() {
        compare({ AdamW([ParameterGroup($0)]) }, rate: 1e-2, with: fixture.adamw)
        compare(
            {
                AdamW(
                    ParameterGroup.decayingMatrices($0),
                    AdamW.Settings(beta1: 0.9, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1))
            }, rate: 3e-2, with: fixture.adamwGroups)
        compare({ AdamW([ParameterGroup($0)]) }, rate: 1e-2, clip: 0.7, with: fixture.adamwClipped)
    }

    @Test func gradientDescent() {
        compare({ SGD([ParameterGroup($0)]) }, rate: 1e-2, with: fixture.sgd)
        compare({ SGD([ParameterGroup($0)], SGD.Settings(weightDecay: 0.1)) }, rate: 1e-2, with: fixture.sgdDecay)
        compare(
            { SGD([ParameterGroup($0)], SGD.Settings(momentum: 0.9, dampening: 0.2)) }, rate: 1e-2,
            with: fixture.sgdMomentum)
        compare(
            {
                SGD(
                    ParameterGroup.decayingMatrices($0),
                    SGD.Settings(momentum: 0.8, weightDecay: 0.05, usesNesterov: true))
            }, rate: 1e-2, with: fixture.sgdNesterov)
    }

    @Test func movingAverage() {
        let parameter = Self.parameters()[0]
        var average = MovingAverage(of: [parameter], decay: 0.9)
        for step in 1...100 {
            let gradient = Self.gradient(0, step: step).floats()
            parameter.update(
                Tensor(zip(parameter.value.floats(), gradient).map { $0 - $1 * 0.01 }, shape: parameter.shape))
            average.update()
            guard let expected = fixture.movingAverage[String(step)] else { continue }
            #expect(largestRelativeDifference(average.values[0].floats(), expected) < 1e-5, "step \(step)")
        }
    }

    @Test func schedules() {
        func expect(_ schedule: LearningRateSchedule, end: Int?, _ expected: [Double]) {
            for (step, rate) in expected.enumerated() {
                #expect(abs(schedule.rate(step: step, end: end) - rate) < 1e-12, "\(schedule.curve) \(step)")
            }
        }
        let expected = fixture.schedules
        expect(LearningRateSchedule(.linear, peak: 0.5, finalFraction: 0.1), end: 50, expected.linear)
        expect(LearningRateSchedule(.cosine, peak: 0.5, finalFraction: 0.1), end: 50, expected.cosine)
        expect(LearningRateSchedule(.step(interval: 7, factor: 0.3), peak: 0.5), end: nil, expected.step)

        let plateau = LearningRateSchedule(.plateau(patience: 2, factor: 0.5), peak: 0.5)
        var state = Plateau()
        for (loss, rate) in zip(expected.plateauLosses, expected.plateau) {
            state.observe(loss, patience: 2, factor: 0.5)
            #expect(plateau.rate(step: 9, plateauFactor: state.factor) == rate)
        }
    }
}
