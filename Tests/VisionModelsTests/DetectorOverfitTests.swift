import Autograd
import Datasets
import Evaluation
import Foundation
import Geometry
import Images
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing
import Training

@testable import VisionModels

/// Ten pictures made here, which a detector has to learn by heart from nothing.
struct DetectorOverfitTests {
    private static let labels = ["disc", "square"]
    private static let extent = 64

    private let folder: TemporaryFolder
    private let pictures: [AnnotatedPicture]

    init() throws {
        folder = try TemporaryFolder()
        var random = RandomSource(seed: 11)
        var pictures: [AnnotatedPicture] = []
        for number in 0..<10 {
            var bitmap = Bitmap(width: Self.extent, height: Self.extent, filledWith: [200, 200, 190])
            var boxes: [AnnotatedBox] = []
            for corner in [0, 32] {
                let (side, label) = (14 + random.index(below: 14), random.index(below: 2))
                let x = corner + random.index(below: 32 - side + 1)
                let y = random.index(below: Self.extent - side + 1)
                Self.draw(label, side, x, y, in: &bitmap)
                let box = Rectangle(x: Double(x), y: Double(y), width: Double(side), height: Double(side))
                boxes.append(AnnotatedBox(box, label: label))
            }
            let path = folder.path("\(number).png")
            try PNGWriter.write(bitmap, to: path)
            pictures.append(AnnotatedPicture(path: path, name: "\(number).png", boxes: boxes))
        }
        self.pictures = pictures
    }

    private static func draw(_ label: Int, _ side: Int, _ x: Int, _ y: Int, in bitmap: inout Bitmap) {
        let radius = Double(side) / 2
        for row in 0..<side {
            for column in 0..<side {
                let (across, down) = (Double(column) + 0.5 - radius, Double(row) + 0.5 - radius)
                guard label == 1 || across * across + down * down <= radius * radius else { continue }
                let start = ((y + row) * bitmap.width + x + column) * 3
                bitmap.bytes.replaceSubrange(start..<start + 3, with: label == 0 ? [180, 60, 70] : [70, 60, 180])
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func tenPicturesAreLearntByHeart() throws {
        let configuration = DetectorPreset.small.configuration(
            labels: Self.labels, width: Self.extent, height: Self.extent)
        let store = ParameterStore(random: RandomSource(seed: 1))
        let model = try PyramidDetectorModel(configuration, in: store)
        let prepared = try PreparedBoxPictures(
            pictures, preprocessing: configuration.preprocessing, path: folder.path(""))
        let batches = DetectionBatches(prepared, settings: DetectionBatches.Settings(batchSize: 5, seed: 1))
        var settings = DetectorPreset.small.trainingSettings(stepsPerEpoch: 2)
        settings.epochs = 60
        settings.schedule.warmUpSteps = 10
        settings.averageDecay = nil
        var trainer = try Trainer(
            ObjectDetectionTraining(model, parameters: store), data: batches, validation: nil, settings: settings)
        let run = try RunFolder(
            creating: folder.path("run"),
            RunDescription(
                program: "vision", version: "0", options: [:], settings: settings, parameterCount: store.elementCount,
                data: []))
        let outcome = try trainer.train(
            in: run, files: ModelFiles(configuration: try configuration.json()))
        #expect(outcome.step == 120)

        var measure = COCOMeasure(classCount: 2)
        for (number, picture) in pictures.enumerated() {
            let input = Tensor(
                [try prepared.framed(number).bitmap], normalizedBy: configuration.preprocessing.normalization)
            let candidates = model.candidates(input, above: 0.01)[0].map {
                ScoredBox(classIndex: $0.classIndex, confidence: $0.confidence, box: $0.box)
            }
            let found = ScoredBox.suppressed(candidates, overlap: 0.6, limit: 100)
            measure.add(
                truth: picture.boxes.map { TrueBox($0.rectangle, label: $0.label) },
                found: found.map { FoundBox($0.box, label: $0.classIndex, score: $0.confidence) })
        }
        #expect(measure[.averagePrecision50] == 1)
    }
}
