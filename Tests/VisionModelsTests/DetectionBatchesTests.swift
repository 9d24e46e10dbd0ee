import Autograd
import Checkpoints
import Datasets
import Foundation
import Geometry
import Images
import Parameters
import Tensors
import TestKit
import Testing
import Training

@testable import VisionModels

struct DetectionBatchesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A picture of one grey with a box in its right half, and a group all over it.
    private func picture(_ number: Int, width: Int = 80, height: Int = 40) throws -> AnnotatedPicture {
        let shade = UInt8(20 * number)
        let path = folder.path("\(number).png")
        try PNGWriter.write(Bitmap(width: width, height: height, filledWith: [shade, shade, shade]), to: path)
        let (across, down) = (Double(width), Double(height))
        return AnnotatedPicture(
            path: path, name: "\(number).png",
            boxes: [
                AnnotatedBox(Rectangle(x: across / 2, y: 0, width: across, height: down / 2), label: 1),
                AnnotatedBox(Rectangle(x: 0, y: 0, width: across, height: down), label: 0, isCrowd: true),
                AnnotatedBox(Rectangle(x: across + 5, y: 0, width: 10, height: 10), label: 0),
            ])
    }

    private func prepared(_ count: Int, keeping byteLimit: Int = 1 << 20) throws -> PreparedBoxPictures {
        let preprocessing = ImagePreprocessing(
            width: 40, height: 40, framing: .fitted(fill: 114), interpolation: .bilinear,
            normalization: PixelNormalization(scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1]))
        return try PreparedBoxPictures(
            (0..<count).map { try picture($0) }, preprocessing: preprocessing, keeping: byteLimit, path: folder.path("")
        )
    }

    @Test func boxesGoIntoTheFrame() throws {
        let frame = try prepared(1).framed(0)
        // Of half the size, in the upper half; what lies outside of the picture is cut off, or left out.
        #expect(
            frame.targets == [
                DetectionTarget(classIndex: 1, box: Rectangle(x: 20, y: 0, width: 20, height: 10)),
                DetectionTarget(classIndex: 0, box: Rectangle(x: 0, y: 0, width: 40, height: 20), isIgnored: true),
            ])
        #expect(frame.bitmap[0, 0] == [0, 0, 0] && frame.bitmap[0, 39] == [114, 114, 114])
    }

    @Test func batchesFollowFromTheirNumbers() throws {
        let settings = DetectionBatches.Settings(
            batchSize: 2, seed: 4, augmentation: AugmentationPreset.standard.boxAugmentation(anyWayUp: true))
        let batches = DetectionBatches(try prepared(5), settings: settings)
        #expect(batches.batchesPerEpoch == 2)
        let first = try batches.batch(1, epoch: 3)
        _ = try batches.batch(0, epoch: 0)
        // Read again from the files, it is the same.
        let again = try DetectionBatches(prepared(5, keeping: 0), settings: settings).batch(1, epoch: 3)
        #expect(first.pictures.floats() == again.pictures.floats() && first.targets == again.targets)
        #expect(try batches.batch(1, epoch: 4).pictures.floats() != first.pictures.floats())
        let plain = DetectionBatches(try prepared(5), settings: DetectionBatches.Settings(batchSize: 2, seed: nil))
        #expect(plain.batchesPerEpoch == 3)
        #expect(try plain.batch(2, epoch: 0).count == 1)
    }

    @Test func aFrameHoldsAllPictures() throws {
        let wide = try (0..<3).map { try picture($0) }
        #expect(DetectionFrame(of: wide, side: 320) == DetectionFrame(width: 320, height: 160))
        let high = try picture(3, width: 30, height: 60)
        #expect(DetectionFrame(of: wide + [high], side: 320) == DetectionFrame(width: 320, height: 320))
        #expect(DetectionFrame(of: [try picture(4, width: 400, height: 4)], side: 200).height == 32)
    }

    @Test func aPictureThatCannotBeReadIsToldOrLeftOut() throws {
        var pictures = try (0..<3).map { try picture($0) }
        try folder.write("no picture", to: "bad.png")
        pictures[1].path = folder.path("bad.png")
        let preprocessing = try prepared(1).preprocessing
        #expect(throws: PictureDataError.self) {
            try PreparedBoxPictures(pictures, preprocessing: preprocessing, path: "data")
        }
        let rest = try PreparedBoxPictures(pictures, preprocessing: preprocessing, skippingBad: 1, path: "data")
        #expect(rest.pictures.map(\.name) == ["0.png", "2.png"] && rest.bad.count == 1)
        #expect(try rest.framed(1).bitmap[0, 0] == [40, 40, 40])
    }

    @Test func aDetectorHasTheConvolutionsOfItsClassifier() throws {
        let source = try ModelFolder(VisionFixture.folder.appendingPathComponent("resnet-basic"))
        let tuned = try ObjectDetectorTuning(
            source, labels: ["cell"], frame: DetectionFrame(width: 64, height: 48), freezing: ["stem"],
            random: RandomSource(seed: 2))
        let files = try ClassifierFiles(source)
        var count = 0
        for parameter in tuned.parameters.parameters where parameter.name.hasPrefix("backbone.") {
            let stored = try #require(try files.weights.tensor(named: String(parameter.name.dropFirst(9))))
            #expect(stored.floats() == parameter.value.floats(), "\(parameter.name)")
            #expect((parameter.role == .frozen) == (parameter.name.contains("embedder") && parameter.isWeight))
            count += parameter.shape.elementCount
        }
        #expect(count > 0 && count + tuned.newParameterCount == tuned.parameters.elementCount)
        #expect(tuned.preprocessing.framing == .fitted(fill: 114))
        #expect(tuned.preprocessing.normalization == files.preprocessing.normalization)

        #expect(throws: VisionModelError.self) {
            try ObjectDetectorTuning(
                ModelFolder(VisionFixture.folder.appendingPathComponent("vit")), labels: ["cell"],
                frame: DetectionFrame(width: 64, height: 48), random: RandomSource(seed: 2))
        }
    }

    /// Of a detector only what tells classes apart begins anew, and only where they are others.
    @Test(arguments: ["yolos", "yolos-plain"]) func aDetectorLearnsOtherClasses(name: String) throws {
        let source = try ModelFolder(Repository.file("Tests/Fixtures/detection/\(name)"))
        let files = try DetectorFiles(source)
        let frame = DetectionFrame(width: 45, height: 33)
        let same = try ObjectDetectorTuning(
            source, labels: files.configuration.labels, frame: frame, random: RandomSource(seed: 2))
        #expect(same.newParameterCount == 0)
        #expect(same.preprocessing.width >= 45 && same.preprocessing.height >= 33)
        #expect(same.preprocessing.width.isMultiple(of: files.configuration.extentMultiple))
        let other = try ObjectDetectorTuning(source, labels: ["cell"], frame: frame, random: RandomSource(seed: 2))
        let renewed = other.parameters.parameters.filter { parameter in
            let stored = try? files.weights.tensor(named: parameter.name)
            return stored?.floats() != parameter.value.floats()
        }
        #expect(renewed.map(\.name).sorted() == ["bias", "weight"].map { "class_labels_classifier.layers.2.\($0)" })
        let loss = other.model.loss(
            .random([1, other.preprocessing.height, other.preprocessing.width, 3]),
            [[DetectionTarget(classIndex: 0, box: Rectangle(x: 4, y: 4, width: 20, height: 20))]], mode: .inference)
        #expect(loss.sum.scalar.isFinite && loss.targetCount == 1)
    }

    /// What is missing or of another shape is an error, never made up.
    @Test func weightsThatDoNotFitAreRefused() throws {
        let source = Repository.file("Tests/Fixtures/detection/yolos")
        let copy = folder.url.appendingPathComponent("model")
        try FileManager.default.copyItem(at: source, to: copy)
        let file = copy.appendingPathComponent("config.json")
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        object["num_detection_tokens"] = try #require(object["num_detection_tokens"] as? Int) + 1
        try JSONSerialization.data(withJSONObject: object).write(to: file)
        do {
            _ = try ObjectDetectorTuning(
                ModelFolder(copy), labels: ["cell"], frame: DetectionFrame(width: 64, height: 64),
                random: RandomSource(seed: 2))
            Issue.record("weights of another shape were accepted")
        } catch VisionModelError.weightsDoNotFit(_, let mismatch) {
            #expect(!mismatch.misshaped.isEmpty && mismatch.missing.isEmpty)
        }
    }

    @Test func whatCannotLearnSaysSo() throws {
        #expect(throws: VisionModelError.self) {
            try ObjectDetectorTuning(
                ModelFolder(Repository.file("Tests/Fixtures/detection/fastestdet")), labels: ["cell"],
                frame: DetectionFrame(width: 64, height: 64), random: RandomSource(seed: 2))
        }
    }
}

extension Parameter {
    /// Not a running statistic.
    fileprivate var isWeight: Bool { !name.hasSuffix("running_mean") && !name.hasSuffix("running_var") }
}
