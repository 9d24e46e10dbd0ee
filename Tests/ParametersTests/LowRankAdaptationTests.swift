import Tensors
import TestKit
import Testing

@testable import Parameters

struct LowRankAdaptationTests {
    /// Two layers with a projection each, and a third matrix that is no linear layer.
    private func build(in store: ParameterStore) {
        for index in 0..<2 {
            for (name, outputs) in [("q_proj", 3), ("k_proj", 2)] {
                let scope = store.root / "layers" / index / name
                _ = scope.parameter("weight", [outputs, 4], .normal(deviation: 1), precision: .asStored)
                _ = scope.lowRankFactors(inputs: 4, outputs: outputs)
            }
        }
        _ = store.root.parameter("head", [5, 4], .normal(deviation: 1))
    }

    private func fresh(_ targets: LowRankSettings.Targets) throws -> (ParameterStore, LowRankAdaptation) {
        let adaptation = try LowRankAdaptation(
            LowRankSettings(rank: 2, targets: targets), random: RandomSource(seed: 1))
        let store = ParameterStore(random: RandomSource(seed: 1), adaptation: adaptation)
        build(in: store)
        return (store, adaptation)
    }

    @Test func theBaseIsFrozenAndTheFactorsAreNot() throws {
        let (store, adaptation) = try fresh(.named(["q_proj"]))
        try store.verify()
        #expect(store.parameters.allSatisfy { $0.role == .frozen })
        #expect(adaptation.parameters.parameters.allSatisfy { $0.role == .weight })
        #expect(
            adaptation.parameters.parameters.map { $0.name } == [
                "base_model.model.layers.0.q_proj.lora_A.weight", "base_model.model.layers.0.q_proj.lora_B.weight",
                "base_model.model.layers.1.q_proj.lora_A.weight", "base_model.model.layers.1.q_proj.lora_B.weight",
            ])
        #expect(adaptation.parameters.parameters.map { $0.shape } == [[2, 4], [3, 2], [2, 4], [3, 2]])
    }

    @Test func targetsAreNamesOrAll() throws {
        func count(_ targets: LowRankSettings.Targets) throws -> Int {
            try fresh(targets).1.parameters.parameters.count / 2
        }
        #expect(try count(.allLinear) == 4)
        #expect(try count(.named(["q_proj", "k_proj"])) == 4)
        #expect(try count(.named(["layers.1.k_proj"])) == 1)
        #expect(try count(.named(["1.q_proj"])) == 1)
        // A part of a name is none.
        #expect(try count(.named(["proj"])) == 0)
    }

    @Test func anUnknownTargetIsToldWithThoseThatExist() throws {
        let (store, _) = try fresh(.named(["q_proj", "attn", "head"]))
        #expect(throws: AdaptationError.unknownTargets(["attn", "head"], known: ["k_proj", "q_proj"])) {
            try store.verify()
        }
    }

    @Test func numbersThatMakeNoAdapterAreRefused() {
        func refused(_ change: (inout LowRankSettings) -> Void) {
            var settings = LowRankSettings(rank: 2, targets: .allLinear)
            change(&settings)
            #expect(throws: AdaptationError.self) { try settings.validate() }
        }
        refused { $0.rank = 0 }
        refused { $0.rank = 5000 }
        refused { $0.alpha = 0 }
        refused { $0.alpha = .nan }
        refused { $0.alphas = ["q_proj": -1] }
        refused { $0.dropout = 1 }
        refused { $0.targets = .named([]) }
    }

    @Test func scalesFollowTheSettings() {
        var settings = LowRankSettings(rank: 4, alpha: 6, targets: .allLinear)
        #expect(settings.scale(of: "a.b", rank: 4) == 1.5)
        #expect(settings.scale(of: "a.b", rank: 2) == 3)
        settings.alphas = ["b": 2, "a.b": 8]
        #expect(settings.scale(of: "x.a.b", rank: 4) == 2)
        #expect(settings.scale(of: "x.b", rank: 4) == 0.5)
        settings.isRankStabilized = true
        #expect(settings.scale(of: "c", rank: 4) == 3)
    }

    private func stored() -> [String: Tensor] {
        [
            "base_model.model.layers.0.q_proj.lora_A.weight": .random([1, 4], seed: 2),
            "base_model.model.layers.0.q_proj.lora_B.weight": .random([3, 1], seed: 3),
            "base_model.model.layers.1.k_proj.lora_A.weight": .random([2, 4], seed: 4),
            "base_model.model.layers.1.k_proj.lora_B.weight": .random([2, 2], seed: 5),
        ]
    }

    private let settings = LowRankSettings(rank: 2, alpha: 2, targets: .named(["nothing"]))

    @Test func storedFactorsSayWhichLayersAreAdapted() throws {
        let adaptation = try LowRankAdaptation(settings, reading: MemorySource(tensors: stored()))
        let store = ParameterStore(random: RandomSource(seed: 1), adaptation: adaptation)
        build(in: store)
        try store.verify()
        #expect(adaptation.parameters.parameters.count == 4)
        let factors = try #require(
            (store.root / "layers" / 0 / "q_proj").lowRankFactors(inputs: 4, outputs: 3))
        #expect(factors.scale == 2)
        #expect(factors.down.value.floats() == Tensor.random([1, 4], seed: 2).floats())
    }

    @Test func anAdapterOfAnotherModelIsToldAllAtOnce() throws {
        var tensors = stored()
        tensors["base_model.model.layers.7.q_proj.lora_A.weight"] = .random([2, 4])
        tensors["base_model.model.layers.0.q_proj.lora_B.weight"] = .random([9, 1])
        tensors["base_model.model.layers.1.k_proj.lora_A.weight"] = nil
        let expected = AdaptationError.doesNotFit(
            ParameterMismatch(
                missing: ["base_model.model.layers.1.k_proj.lora_A.weight"],
                unused: ["base_model.model.layers.7.q_proj.lora_A.weight"],
                misshaped: [
                    .init(
                        name: "base_model.model.layers.0.q_proj.lora_B.weight", expected: [3, 1], stored: [9, 1])
                ], integers: []))
        let adaptation = try LowRankAdaptation(settings, reading: MemorySource(tensors: tensors))
        let store = ParameterStore(random: RandomSource(seed: 1), adaptation: adaptation)
        build(in: store)
        #expect(throws: expected) { try store.verify() }
        let plain = ParameterStore(random: RandomSource(seed: 1))
        build(in: plain)
        let base = MemorySource(
            tensors: Dictionary(uniqueKeysWithValues: plain.parameters.map { ($0.name, $0.value) }))
        #expect(throws: expected) { try MergedWeights(base, adding: MemorySource(tensors: tensors), settings) }
    }

    @Test func mergedWeightsHoldTheProducts() throws {
        let plain = ParameterStore(random: RandomSource(seed: 1))
        build(in: plain)
        let base = Dictionary(uniqueKeysWithValues: plain.parameters.map { ($0.name, $0.value) })
        let factors = stored()
        let merged = try MergedWeights(
            MemorySource(tensors: base), adding: MemorySource(tensors: factors), settings, strength: 0.5)
        #expect(Set(merged.names) == Set(base.keys))
        for (name, tensor) in base {
            let (outputs, inputs) = (tensor.shape[0], tensor.shape[1])
            var expected = tensor.floats()
            let path = "base_model.model." + name.dropLast(".weight".count)
            if let down = factors[path + ".lora_A.weight"], let up = factors[path + ".lora_B.weight"] {
                let rank = down.shape[0]
                for output in 0..<outputs {
                    for input in 0..<inputs {
                        for index in 0..<rank {
                            expected[output * inputs + input] +=
                                0.5 * 2 / Float(rank) * up.floats()[output * rank + index]
                                * down.floats()[index * inputs + input]
                        }
                    }
                }
            }
            #expect(try merged.elementType(of: name) == merged.tensor(named: name)?.elementType)
            expectClose(try #require(try merged.tensor(named: name)).floats(), expected)
        }
    }

    @Test func factorsOfIntegersAreRefused() throws {
        var tensors = stored()
        tensors["base_model.model.layers.0.q_proj.lora_A.weight"] = Tensor([1, 2, 3, 4] as [Int32], shape: [1, 4])
        let base = MemorySource(tensors: [
            "layers.0.q_proj.weight": .random([3, 4]), "layers.1.k_proj.weight": .random([2, 4]),
        ])
        #expect(
            throws: AdaptationError.doesNotFit(
                ParameterMismatch(
                    missing: [], unused: [], misshaped: [],
                    integers: ["base_model.model.layers.0.q_proj.lora_A.weight"]))
        ) { try MergedWeights(base, adding: MemorySource(tensors: tensors), settings) }
    }
}
