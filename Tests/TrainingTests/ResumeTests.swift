import Checkpoints
import Foundation
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing

@testable import Training

@Suite struct ResumeTests {
    enum Variant: CaseIterable {
        case adamW, averaged, momentum, plateau, accumulated

        func apply(to settings: inout TrainingSettings) {
            switch self {
            case .adamW: break
            case .averaged: settings.averageDecay = 0.9
            case .momentum:
                settings.optimizer = .sgd(SGD.Settings(momentum: 0.9, weightDecay: 0.01, usesNesterov: true))
            case .plateau:
                settings.optimizer = .sgd(SGD.Settings())
                settings.schedule = LearningRateSchedule(.plateau(patience: 0, factor: 0.5), peak: 0.5)
                settings.evaluationInterval = 2
            case .accumulated: settings.accumulation = 3
            }
        }
    }

    /// Stopped after every third step and resumed by a new process' worth of objects, to the same bits.
    @Test(arguments: Variant.allCases)
    func aResumedRunEqualsAnUninterruptedOne(variant: Variant) throws {
        var run = try TrainingRun()
        variant.apply(to: &run.settings)
        #expect(try run.train("straight").ending == .finished)
        #expect(try run.train("halting", stoppingAfter: 2).ending == .interrupted)
        for stop in [3, 4, 7, 8, 11] {
            let outcome = try run.train("halting", resuming: true, stoppingAfter: stop)
            #expect(outcome.ending == .interrupted && outcome.step == stop)
        }
        #expect(try run.train("halting", resuming: true).ending == .finished)
        let (expected, actual) = (try run.results("straight"), try run.results("halting"))
        #expect(Set(expected.keys) == Set(actual.keys))
        for (name, bytes) in expected { #expect(actual[name] == bytes, "\(name)") }
    }

    /// What a process leaves that was killed between a checkpoint and the evaluation after it, or while it wrote.
    @Test func whatAKilledProcessLeavesIsTidied() throws {
        let run = try TrainingRun()
        try run.train("straight")
        try run.train("killed", stoppingAfter: 8)
        // The evaluation of step 8 is not done, steps 9 and 10 were logged, a line and a checkpoint are half written.
        let log = try run.folder.contents(of: "killed/metrics.jsonl")
        let further = try run.folder.contents(of: "straight/metrics.jsonl").split(separator: "\n")
            .filter { $0.contains("\"step\":9,") || $0.contains("\"step\":10,") }
        #expect(further.count == 2 && !log.contains("\"step\":9,"))
        try run.folder.write(log + further.joined(separator: "\n") + "\n{\"step\":11,\"lo", to: "killed/metrics.jsonl")
        try run.folder.write("half", to: "killed/checkpoints/.step-000011.123/model.safetensors")
        try run.folder.write("half", to: "killed/.curve.png.456")
        try run.train("killed", resuming: true)
        #expect(try run.results("killed") == run.results("straight"))
        #expect(
            !run.folder.exists("killed/checkpoints/.step-000011.123") && !run.folder.exists("killed/.curve.png.456"))
    }

    @Test func aRunWithoutACheckpointBeginsAnew() throws {
        let run = try TrainingRun()
        try run.train("straight")
        _ = try RunFolder(creating: run.folder.path("young"), TrainingRun.description(run.settings))
        try run.train("young", resuming: true)
        #expect(try run.results("young") == run.results("straight"))
    }

    @Test(arguments: ["model.safetensors", "training_state.safetensors", "training_state.json", "config.json"])
    func aTruncatedCheckpointIsSetAsideAndTheOneBeforeIsUsed(file: String) throws {
        var run = try TrainingRun()
        run.settings.saveInterval = 3
        try run.train("straight")
        try run.train("damaged", stoppingAfter: 10)
        let path = "damaged/checkpoints/step-000010/\(file)"
        try run.folder.write(try run.folder.bytes(path).dropLast(7), to: path)
        var notices: [String] = []
        var resumedAt: Int?
        try run.train("damaged", resuming: true) { event in
            switch event {
            case .skippedCheckpoint(let path, let reason): notices.append("\(path): \(reason)")
            case .resumed(let step, _): resumedAt = step
            default: break
            }
        }
        #expect(resumedAt == 9)
        #expect(notices.count == 1 && notices[0].contains("step-000010.damaged: "))
        #expect(run.folder.exists("damaged/checkpoints/step-000010.damaged"))
        #expect(try run.results("damaged") == run.results("straight"))
    }

    @Test func changedContentsOfTheSameSizeAreSeen() throws {
        let run = try TrainingRun()
        try run.train("a", stoppingAfter: 5)
        let path = "a/checkpoints/step-000005/model.safetensors"
        var bytes = try run.folder.bytes(path)
        bytes[bytes.count - 3] ^= 1
        try run.folder.write(bytes, to: path)
        #expect(
            throws: TrainingError.damagedFile(path: run.folder.path(path), reason: "has other contents than were saved")
        ) {
            try TrainingCheckpoint(opening: run.folder.path("a/checkpoints/step-000005"))
        }
    }

    @Test func aRunWhoseCheckpointsAreAllDamagedIsNotBegunAnew() throws {
        let run = try TrainingRun()
        try run.train("a", stoppingAfter: 2)
        let path = run.folder.path("a/checkpoints/step-000002")
        let count = try run.folder.bytes("a/checkpoints/step-000002/model.safetensors").count
        try run.folder.write("x", to: "a/checkpoints/step-000002/model.safetensors")
        // As often as one tries.
        for _ in 0..<2 {
            let error = try #require(throws: TrainingError.self) { try run.train("a", resuming: true) }
            guard case .noCheckpoint(_, path, let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.hasSuffix("model.safetensors\": has 1 bytes, but \(count) were saved"))
        }
        #expect(run.folder.exists("a/checkpoints/step-000002"))
    }

    /// Another model: all shapes at once, and nothing is changed.
    @Test func wrongShapesAreAllListed() throws {
        let run = try TrainingRun()
        try run.train("a", stoppingAfter: 2)
        let other = SmallModel(width: 6)
        let before = other.parameters.parameters.map { $0.value.floats() }
        let error = try #require(throws: ParameterMismatch.self) {
            try run.train("a", resuming: true, model: other)
        }
        #expect(error.misshaped.map(\.name) == ["first.weight", "first.bias", "second.weight"])
        #expect(other.parameters.parameters.map { $0.value.floats() } == before)
    }

    @Test func onlyOneProcessTrainsInARun() throws {
        let run = try TrainingRun()
        try run.train("a", stoppingAfter: 2)
        let first = try RunFolder(resuming: run.folder.path("a"))
        #expect(throws: TrainingError.runInUse(path: first.path)) { try RunFolder(resuming: first.path) }
    }

    @Test func aRunIsNotBegunOverAnother() throws {
        let run = try TrainingRun()
        try run.train("a", stoppingAfter: 2)
        #expect(throws: TrainingError.runExists(path: run.folder.path("a"))) { try run.train("a") }
        #expect(throws: TrainingError.notARun(path: run.folder.path("b"))) { try run.train("b", resuming: true) }
        try run.folder.write("{\"format\":", to: "a/run.json")
        #expect(throws: TrainingError.self) { try run.train("a", resuming: true) }
    }

    @Test func aResumedRunMayEndLaterButNotBeAnother() throws {
        var run = try TrainingRun()
        try run.train("a", stoppingAfter: 2)
        let folder = try RunFolder(resuming: run.folder.path("a"))
        run.settings.maximumSteps = 15
        var new = TrainingRun.description(run.settings)
        new.options["max-steps"] = .integer(15)
        try folder.update(new)
        #expect(try RunFolder.read(RunDescription.self, from: folder.file("run.json")) == new)
        var other = new
        other.options["seed"] = .integer(2)
        #expect(throws: TrainingError.optionIsFixed(name: "seed", value: "1")) { try folder.update(other) }
        other = new
        other.data[0].sha256 = "abd"
        #expect(throws: TrainingError.dataChanged(path: "corpus")) { try folder.update(other) }
        other.data = new.data + new.data
        #expect(throws: TrainingError.dataChanged(path: "corpus")) { try folder.update(other) }
        other = new
        other.parameterCount = 27
        #expect(throws: TrainingError.otherModel(parameterCount: 27, expected: 26)) { try folder.update(other) }
    }
}
