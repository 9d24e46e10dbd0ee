import Autograd
import Checkpoints
import Foundation
import Geometry
import Kernels
import Layers
import Parameters
import Tensors
import TestKit
import Testing

@testable import VisionModels

@Suite struct FastestDetTests {
    private func model() throws -> (FastestDetModel, DetectionFixture) {
        let fixture = try DetectionFixture("fastestdet")
        let model = try fixture.files.configuration.makeModel(in: fixture.store)
        return (try #require(model as? FastestDetModel), fixture)
    }

    @Test func outputsAreThoseOfPyTorch() throws {
        let (model, fixture) = try model()
        for variant in [model, model.folded()] {
            var updates = BufferUpdates()
            let output = variant(try fixture.tensor("pictures"), mode: .inference, updates: &updates)
            for (name, found) in [
                ("objectness", output.objectness), ("boxes", output.boxes), ("classes", output.classes),
            ] {
                let expected = try fixture.tensor(name)
                #expect(found.shape == expected.shape)
                #expect(largestRelativeDifference(found.floats(), expected.floats()) < 1e-5, "\(name)")
            }
        }
    }

    /// Every cell, decoded by the formulas as they stand in the original's description.
    @Test func cellsAreDecoded() throws {
        let (model, fixture) = try model()
        let pictures = try fixture.tensor("pictures")
        let (objectness, boxes, classes) = (
            try fixture.tensor("objectness").floats(), try fixture.tensor("boxes").floats(),
            try fixture.tensor("classes").floats()
        )
        let all = model.candidates(pictures, above: 0)
        #expect(all.count == 2 && all.allSatisfy { $0.count == 4 * 6 })
        func logistic(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
        for picture in 0..<2 {
            for row in 0..<4 {
                for column in 0..<6 {
                    let cell = (picture * 4 + row) * 6 + column
                    let found = all[picture][row * 6 + column]
                    let powers = classes[5 * cell..<5 * cell + 5].map { exp(Double($0)) }
                    let best = try #require(powers.indices.max { powers[$0] < powers[$1] })
                    let confidence =
                        pow(logistic(objectness[cell]), 0.6) * pow(powers[best] / powers.reduce(0, +), 0.4)
                    #expect(found.classIndex == best && abs(found.confidence - confidence) < 1e-5)
                    let values = boxes[4 * cell..<4 * cell + 4].map { $0 }
                    #expect(abs(found.box.center.x - (Double(tanh(values[0])) + Double(column)) * 16) < 1e-3)
                    #expect(abs(found.box.center.y - (Double(tanh(values[1])) + Double(row)) * 16) < 1e-3)
                    #expect(abs(found.box.width - logistic(values[2]) * 96) < 1e-3)
                    #expect(abs(found.box.height - logistic(values[3]) * 64) < 1e-3)
                }
            }
        }
        let confidences = all.joined().map(\.confidence)
        let middle = confidences.sorted()[confidences.count / 2]
        let sure = model.candidates(pictures, above: middle).joined().map(\.confidence)
        #expect(sure == confidences.filter { $0 >= middle } && sure.count < confidences.count)
    }

    @Test func configurationsAreReadAndWritten() throws {
        let fixture = try DetectionFixture("fastestdet")
        let configuration = try #require(fixture.files.configuration as? FastestDetConfiguration)
        #expect(configuration.labels == ["cat", "dog", "house", "tree", "boat"])
        #expect(configuration.inputSize == Extent2d(height: 64, width: 96))
        #expect(configuration.standardOptions == DetectionOptions(confidence: 0.5, overlap: 0.45))
        let file = try JSONDecoder().decode(FastestDetConfiguration.File.self, from: configuration.json())
        #expect(try FastestDetConfiguration(file, path: "config.json") == configuration)
        let recognized = try #require(FastestDetConfiguration(recognizing: fixture.files.weights))
        #expect(recognized.depths == configuration.depths && recognized.widths == configuration.widths)
        #expect(recognized.labels.count == 5)
    }

    @Test(
        arguments: [
            ("\"stage_repeats\": [1, 1]", "stage_repeats"),
            ("\"stage_out_channels\": [4, 8, 10, 16]", "stage_out_channels"),
            ("\"stage_out_channels\": [8, 8, 12, 16]", "stage_out_channels"),
            ("\"input_size\": [3, 60, 64]", "input_size"),
            ("\"input_size\": [1, 64, 64]", "input_size"), ("\"input_size\": [3, 64, 900000]", "input_size"),
            ("\"channel_order\": \"RGB\"", "channel_order"), ("\"scale\": 1", "scale"), ("\"nms_iou\": 7", "nms_iou"),
            ("\"conf_threshold\": -1", "conf_threshold"), ("\"num_classes\": 3", "num_classes"),
            ("\"label_names\": []", "label_names"),
        ])
    func impossibleConfigurationsAreRefused(entry: String, key: String) throws {
        let names = entry.contains("label_names") ? "" : ", \"label_names\": [\"a\", \"b\"]"
        let text = "{\"architecture\": \"FastestDet\", \(entry)\(names)}"
        let file = try JSONDecoder().decode(FastestDetConfiguration.File.self, from: Data(text.utf8))
        let error = #expect(throws: VisionModelError.self) { try FastestDetConfiguration(file, path: "here.json") }
        guard case .invalidConfiguration("here.json", key, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
