import Autograd
import Checkpoints
import Foundation
import Geometry
import Images
import Kernels
import Layers
import Parameters
import Tensors
import TestKit
import Testing
import Training

@testable import VisionModels

/// Held against `transformers`, by `Tests/Reference/detection_fixtures.py`.
@Suite struct YOLOSTests {
    static let names = ["yolos", "yolos-plain", "yolos-auxiliary"]

    private func model(_ name: String) throws -> (YOLOSModel, DetectionFixture) {
        let fixture = try DetectionFixture(name)
        let model = try fixture.files.configuration.makeModel(in: fixture.store)
        return (try #require(model as? YOLOSModel), fixture)
    }

    private func targets(_ fixture: DetectionFixture) throws -> [[DetectionTarget]] {
        let pictures = try fixture.tensor("pictures")
        let (width, height) = (Double(pictures.shape[2]), Double(pictures.shape[1]))
        let (boxes, classes) = (try fixture.tensor("boxes").floats(), try fixture.tensor("classes").integers())
        var next = 0
        return try fixture.tensor("counts").integers().map { count in
            (0..<Int(count)).map { _ in
                defer { next += 1 }
                let box = boxes[4 * next..<4 * next + 4].map(Double.init)
                return DetectionTarget(
                    classIndex: Int(classes[next]),
                    box: Rectangle(
                        x: (box[0] - box[2] / 2) * width, y: (box[1] - box[3] / 2) * height, width: box[2] * width,
                        height: box[3] * height))
            }
        }
    }

    @Test(arguments: names) func tokensSayWhatThoseOfTransformersSay(name: String) throws {
        let (model, fixture) = try model(name)
        for variant in [model, model.folded()] {
            let output = variant(try fixture.tensor("pictures"))
            for (name, found) in [("logits", output.logits), ("pred_boxes", output.boxes)] {
                let expected = try fixture.tensor(name)
                #expect(found.shape == expected.shape)
                #expect(largestRelativeDifference(found.floats(), expected.floats()) < 1e-5, "\(name)")
            }
        }
    }

    @Test(arguments: names) func aStepOfTrainingIsThatOfTransformers(name: String) throws {
        let (model, fixture) = try model(name)
        let (pictures, targets) = (try fixture.tensor("pictures"), try targets(fixture))
        let frame = Extent2d(height: pictures.shape[1], width: pictures.shape[2])
        let matches = YOLOSLoss(targets, frame: frame, model.configuration).matches(model(pictures))
        #expect(
            matches.joined().map { $0.map(Int32.init) ?? -1 } == (try fixture.tensor("matched").integers()))

        var count = 0
        let (loss, gradients) = valueAndGradients {
            let loss = model.loss(pictures, targets, mode: .training(RandomSource(seed: 1)))
            count = loss.targetCount
            return scale(loss.sum, by: 1 / Float(loss.targetCount))
        }
        #expect(count == 4)
        let expected = try fixture.tensor("loss").scalar
        #expect(abs(loss.scalar - expected) < 1e-5 * expected)
        #expect(
            fixture.store.parameters.count == fixture.expected.names.filter { $0.hasPrefix("gradient.") }.count)
        for parameter in fixture.store.parameters {
            let wanted = try fixture.tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter], "\(parameter.name)").floats()
            // Keys' biases have no effect on a softmax: their gradients are rounding alone, in PyTorch too.
            if parameter.name.hasSuffix("key.bias") {
                #expect(found.allSatisfy { abs($0) < 1e-5 })
            } else {
                #expect(found.contains { $0 != 0 }, "\(parameter.name)")
                #expect(largestRelativeDifference(found, wanted) < 1e-4, "\(parameter.name)")
            }
        }
    }

    @Test func thingsToBeIgnoredAndPicturesOfNothing() throws {
        let (model, fixture) = try model("yolos")
        let (pictures, all) = (try fixture.tensor("pictures"), try targets(fixture))
        var some = all
        some[0][1].isIgnored = true
        let loss = model.loss(pictures, some, mode: .inference)
        some[0].remove(at: 1)
        #expect(loss.sum.scalar == model.loss(pictures, some, mode: .inference).sum.scalar && loss.targetCount == 3)
        let nothing = model.loss(pictures, [[], [], []], mode: .inference)
        let logits = logSoftmax(model(pictures).logits).floats()
        let mean = stride(from: 5, to: logits.count, by: 6).reduce(0) { $0 - logits[$1] } / 18
        #expect(nothing.targetCount == 1 && abs(nothing.sum.scalar - mean) < 1e-4)
        // More things than tokens: six of them are matched.
        let many = (0..<9).map { index in
            DetectionTarget(classIndex: index % 5, box: Rectangle(x: Double(index), y: 2, width: 6, height: 5))
        }
        let crowded = model.loss(slice(pictures, 0..<1), [many], mode: .inference)
        #expect(crowded.targetCount == 9 && crowded.sum.scalar.isFinite && crowded.sum.scalar > 0)
    }

    @Test func candidatesAreTokensThatStandForSomething() throws {
        let (model, fixture) = try model("yolos")
        let (pictures, logits, boxes) = (
            try fixture.tensor("pictures"), try fixture.tensor("logits").floats(),
            try fixture.tensor("pred_boxes").floats()
        )
        let all = model.candidates(pictures, above: 0)
        #expect(all.map(\.count) == [6, 6, 6])
        for (token, found) in all.joined().enumerated() {
            let powers = logits[6 * token..<6 * token + 6].map { exp(Double($0)) }
            let best = try #require((0..<5).max { powers[$0] < powers[$1] })
            #expect(found.classIndex == best)
            #expect(abs(found.confidence - powers[best] / powers.reduce(0, +)) < 1e-5)
            #expect(abs(found.box.center.x - Double(boxes[4 * token]) * 24) < 1e-3)
            #expect(abs(found.box.center.y - Double(boxes[4 * token + 1]) * 32) < 1e-3)
            #expect(abs(found.box.width - Double(boxes[4 * token + 2]) * 24) < 1e-3)
            #expect(abs(found.box.height - Double(boxes[4 * token + 3]) * 32) < 1e-3)
        }
        let sure = model.candidates(pictures, above: 0.5)
        #expect(sure.joined().allSatisfy { $0.confidence >= 0.5 } && sure.joined().count < 18)
    }

    /// Pictures of any size, those of one size in one batch.
    @Test func aDetectorTakesPicturesAsTheyAre() throws {
        let detector = try Detector(ModelFolder(DetectionFixture.folder.appendingPathComponent("yolos")))
        func picture(_ width: Int, _ height: Int, _ shade: UInt8) -> Bitmap {
            Bitmap(width: width, height: height, filledWith: [shade, 100, 255 - shade])
        }
        #expect(
            detector.preprocessing.framing == .bounded(short: 800, long: 1_333, multiple: 8)
                && detector.preprocessing.normalization == .imageNet)
        let frame = detector.framed(picture(40, 60, 3))
        #expect(frame.bitmap.width == 800 && frame.bitmap.height == 1_200)
        let temporary = try TemporaryFolder()
        let copy = temporary.url.appendingPathComponent("model")
        try FileManager.default.copyItem(at: DetectionFixture.folder.appendingPathComponent("yolos"), to: copy)
        try temporary.write(
            "{\"size\": {\"shortest_edge\": 32, \"longest_edge\": 60}, \"do_pad\": true}",
            to: "model/preprocessor_config.json")
        let small = try Detector(ModelFolder(copy))
        let pictures = [picture(40, 60, 3), picture(90, 30, 90), picture(80, 120, 200), picture(300, 20, 10)]
        let frames = pictures.map(small.framed)
        #expect(frames.map(\.bitmap.width) == [32, 56, 32, 56] && frames.map(\.bitmap.height) == [48, 16, 48, 8])
        let options = DetectionOptions(confidence: 0, overlap: 0.5)
        let together = try small.objects(framed: frames, options)
        for (picture, objects) in zip(pictures, together) {
            let alone = try small.objects(in: picture, options)
            #expect(alone.count == objects.count && !objects.isEmpty)
            for (a, b) in zip(alone, objects) { #expect(abs(a.confidence - b.confidence) < 1e-5) }
        }
    }

    /// What only a hostile or mistaken configuration has.
    @Test func networksOfOneLayerAndOfTooManyPatches() throws {
        var configuration = YOLOSConfiguration(
            width: 8, feedForward: 8, layers: 1, heads: 2, imageSize: 16, patchExtent: 8, labels: ["a", "b"])
        configuration.detectionTokens = 3
        let store = ParameterStore(random: RandomSource(seed: 5))
        let model = try YOLOSModel(configuration, in: store)
        #expect(!store.parameters.contains { $0.name.contains("mid_position") })
        #expect(model(Tensor(repeating: 0, shape: [1, 24, 16, 3])).boxes.shape == [1, 3, 4])

        let temporary = try TemporaryFolder()
        let copy = temporary.url.appendingPathComponent("model")
        try FileManager.default.copyItem(at: DetectionFixture.folder.appendingPathComponent("yolos"), to: copy)
        try temporary.write(
            "{\"size\": {\"shortest_edge\": 4000, \"longest_edge\": 4096}}", to: "model/preprocessor_config.json")
        let error = #expect(throws: VisionModelError.self) { try Detector(ModelFolder(copy)) }
        #expect(error?.description.contains("65536 patches") == true, "\(String(describing: error))")
    }

    @Test func framesHaveTheSizesOfTransformers() throws {
        let file = DetectionFixture.folder.appendingPathComponent("yolos-sizes.json")
        let cases = try JSONDecoder().decode([[Int]].self, from: Data(contentsOf: file))
        #expect(cases.count > 150)
        for values in cases {
            let (height, width) = (values[0], values[1])
            let preprocessing = ImagePreprocessing(
                width: values[3], height: values[3],
                framing: .bounded(short: values[2], long: values[3], multiple: 16), interpolation: .bilinear,
                normalization: .imageNet)
            let placement = preprocessing.placement(width: width, height: height)
            // Pictures of which nothing would be left keep a patch.
            #expect(Int((placement.scaleX * Double(width)).rounded()) == max(16, values[5]), "\(values)")
            #expect(Int((placement.scaleY * Double(height)).rounded()) == max(16, values[4]), "\(values)")
        }
    }

    @Test(arguments: names) func configurationsAreReadAndWritten(name: String) throws {
        let (model, _) = try model(name)
        let configuration = model.configuration
        #expect(configuration.lossWeights.countsEveryLayer == (name == "yolos-auxiliary"))
        #expect(configuration.hasMiddlePositions == (name != "yolos-plain"))
        let file = try JSONDecoder().decode(YOLOSConfiguration.File.self, from: configuration.json())
        #expect(try YOLOSConfiguration(file, path: "config.json") == configuration)
    }

    @Test(
        arguments: [
            ("\"num_attention_heads\": 5", "num_attention_heads"), ("\"hidden_size\": 1000000", "hidden_size"),
            ("\"image_size\": [512]", "image_size"), ("\"image_size\": [512, 100000]", "image_size"),
            ("\"patch_size\": 0", "patch_size"), ("\"num_detection_tokens\": 0", "num_detection_tokens"),
            ("\"num_channels\": 1", "num_channels"), ("\"hidden_act\": \"swish\"", "hidden_act"),
            ("\"eos_coefficient\": -1", "eos_coefficient"), ("\"giou_cost\": 1e9", "giou_cost"),
            ("\"num_hidden_layers\": 0", "num_hidden_layers"),
        ])
    func impossibleConfigurationsAreRefused(entry: String, key: String) throws {
        let file = try JSONDecoder().decode(YOLOSConfiguration.File.self, from: Data("{\(entry)}".utf8))
        let error = #expect(throws: VisionModelError.self) { try YOLOSConfiguration(file, path: "here.json") }
        guard case .invalidConfiguration("here.json", key, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
