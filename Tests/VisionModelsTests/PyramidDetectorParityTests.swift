import Autograd
import Checkpoints
import Foundation
import Geometry
import Parameters
import Tensors
import TestKit
import Testing
import Training

@testable import VisionModels

/// A small random detector beside PyTorch's (`Tests/Reference/detector_fixtures.py`), written from its description.
struct PyramidDetectorParityTests {
    private let folder = Repository.file("Tests/Fixtures/detection/pyramid")
    private let model: PyramidDetectorModel
    private let store: ParameterStore
    private let expected: SafetensorsFile

    init() throws {
        let files = try DetectorFiles(ModelFolder(folder))
        store = ParameterStore(reading: files.weights)
        model = try #require(files.configuration.makeModel(in: store) as? PyramidDetectorModel)
        expected = try SafetensorsFile(path: folder.appendingPathComponent("expected.safetensors").path)
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    @Test func everyPointSaysWhatItSaysInPyTorch() throws {
        let (probabilities, boxes) = (try tensor("probabilities"), try tensor("boxes"))
        let classes = model.configuration.labels.count
        for variant in [model, model.folded()] {
            let found = variant.candidates(try tensor("pictures"), above: 0).flatMap { $0 }
            let confidences = found.map { Float($0.confidence) }
            #expect(largestRelativeDifference(confidences, probabilities.floats()) < 1e-5)
            let rectangles = stride(from: 0, to: found.count, by: classes).flatMap { index in
                let box = found[index].box
                return [box.x, box.y, box.width, box.height].map { Float($0) }
            }
            #expect(largestRelativeDifference(rectangles, boxes.floats()) < 1e-4)
        }
    }

    /// Which points find what, losses, and what is learnt from them.
    @Test func aStepOfTrainingIsThatOfPyTorch() throws {
        let rows = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: folder.appendingPathComponent("targets.json"))) as? [[[Any]]])
        let targets = try rows.map { picture in
            try picture.map { row in
                let sides = try row[1...4].map { try #require($0 as? NSNumber).doubleValue }
                return DetectionTarget(
                    classIndex: try #require(row[0] as? Int),
                    box: Rectangle(x: sides[0], y: sides[1], width: sides[2], height: sides[3]),
                    isIgnored: try #require(row[5] as? Bool))
            }
        }
        let pictures = try tensor("pictures")
        var updates = BufferUpdates()
        let (loss, gradients) = valueAndGradients {
            let loss = model.loss(pictures, targets, mode: .training(RandomSource(seed: 1)))
            updates = loss.updates
            return loss.sum
        }
        let reference = try tensor("loss").scalar
        #expect(abs(loss.scalar - reference) < 1e-4 * reference, "\(loss.scalar), expected \(reference)")
        for parameter in store.parameters where parameter.role == .weight {
            let found = try #require(gradients[parameter], "\(parameter.name)").floats()
            let difference = largestRelativeDifference(found, try tensor("gradient/\(parameter.name)").floats())
            #expect(difference < 1e-3, "\(parameter.name)")
        }
        for buffer in store.parameters where buffer.role == .buffer {
            expectClose(
                updates.value(of: buffer), try tensor("after/\(buffer.name)"), relative: 1e-5, absolute: 1e-5)
        }
    }
}
