import Checkpoints
import Foundation
import Images
import TestKit
import Testing

@testable import VisionModels

struct PreprocessingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a copy of a fixture with this `preprocessor_config.json` makes of pictures.
    private func preprocessing(_ text: String?, of name: String = "resnet-basic") throws -> ImagePreprocessing {
        for file in ["config.json", "model.safetensors"] {
            let source = VisionFixture.folder.appendingPathComponent("\(name)/\(file)")
            try folder.write(try Data(contentsOf: source), to: file)
        }
        if let text { try folder.write(text, to: "preprocessor_config.json") }
        return try ClassifierFiles(ModelFolder(folder.url)).preprocessing
    }

    private func standard(_ framing: ImagePreprocessing.Framing, _ width: Int, _ height: Int) -> ImagePreprocessing {
        ImagePreprocessing(
            width: width, height: height, framing: framing, interpolation: .bilinear, normalization: .imageNet)
    }

    @Test func withoutAFileTheArchitecturesCustomCounts() throws {
        #expect(try preprocessing(nil) == standard(.shortSide(256), 224, 224))
        let vit = try preprocessing(nil, of: "vit")
        #expect(vit.framing == .stretched && vit.width == 24 && vit.normalization == .symmetric)
        let small = try preprocessing(nil, of: "resnet-small")
        #expect(small.framing == .centerSquare(fraction: 1) && small.width == 16)
        let lite = EfficientNetConfiguration(.lite0, labels: ["a"]).preprocessing
        #expect(lite.framing == .centerSquare(fraction: 0.875) && lite.interpolation == .bicubic)
        #expect(lite.normalization == PixelNormalization(scale: 1, mean: [127, 127, 127], deviation: [128, 128, 128]))
    }

    @Test func everySpellingOfASize() throws {
        #expect(try preprocessing("{\"size\": 160}") == standard(.stretched, 160, 160))
        #expect(try preprocessing("{\"size\": {\"height\": 100, \"width\": 120}}") == standard(.stretched, 120, 100))
        #expect(
            try preprocessing("{\"size\": {\"shortest_edge\": 224}, \"crop_pct\": 0.875}")
                == standard(.shortSide(256), 224, 224))
        #expect(
            try preprocessing(
                "{\"size\": {\"shortest_edge\": 256}, \"do_center_crop\": true, \"crop_size\": {\"height\": 224, \"width\": 200}}"
            ) == standard(.shortSide(256), 200, 224))
        #expect(try preprocessing("{\"size\": 160, \"crop_pct\": 0.9}").framing == .centerSquare(fraction: 0.9))
    }

    /// Of networks that take pictures in their own proportions.
    @Test func edgesOfPicturesInTheirProportions() throws {
        func framing(_ text: String) throws -> ImagePreprocessing.Framing {
            let own = ImagePreprocessing(
                width: 1_328, height: 1_328, framing: .bounded(short: 800, long: 1_333, multiple: 16),
                interpolation: .bilinear, normalization: .imageNet)
            let file = try JSONDecoder().decode(PreprocessorFile.self, from: Data(text.utf8))
            let result = try file.preprocessing(standard: own, takesAnySize: true, path: "here.json")
            let again = try JSONDecoder().decode(PreprocessorFile.self, from: PreprocessorFile(result).json())
            #expect(try again.preprocessing(standard: own, takesAnySize: true, path: "here.json") == result)
            return result.framing
        }
        #expect(
            try framing("{\"size\": {\"shortest_edge\": 512, \"longest_edge\": 864}, \"do_pad\": true}")
                == .bounded(short: 512, long: 864, multiple: 16))
        #expect(
            try framing("{\"size\": 512, \"max_size\": 1000}") == .bounded(short: 512, long: 1_000, multiple: 16))
        #expect(try framing("{}") == .bounded(short: 800, long: 1_333, multiple: 16))
        #expect(try framing("{\"size\": {\"height\": 320, \"width\": 480}}") == .stretched)
        for text in [
            "{\"size\": {\"shortest_edge\": 900, \"longest_edge\": 864}}", "{\"size\": {\"shortest_edge\": 3}}",
            "{\"size\": {\"shortest_edge\": 512, \"longest_edge\": 1000000}}",
        ] {
            #expect(throws: VisionModelError.self) { try framing(text) }
        }
    }

    @Test func filtersAndNumbers() throws {
        let filters: [Interpolation] = [.nearest, .lanczos, .bilinear, .bicubic, .box]
        for (number, filter) in filters.enumerated() {
            #expect(try preprocessing("{\"resample\": \(number)}").interpolation == filter)
        }
        let own = try preprocessing("{\"image_mean\": [0.1, 0.2, 0.3], \"image_std\": [0.5, 0.5, 1]}").normalization
        #expect(own == PixelNormalization(scale: 1 / 255, mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.5, 1]))
        #expect(
            try preprocessing("{\"do_normalize\": false, \"image_mean\": [1, 1, 1]}").normalization == .unit)
        #expect(try preprocessing("{\"do_rescale\": false, \"rescale_factor\": 3}").normalization.scale == 1)
    }

    @Test(
        arguments: [
            ("size", "{\"size\": 0}"), ("size", "{\"size\": {\"shortest_edge\": 1000000000}}"),
            ("size", "{\"size\": {\"height\": -3, \"width\": 4}}"),
            ("crop_size", "{\"size\": {\"shortest_edge\": 8}, \"do_center_crop\": true, \"crop_size\": 0}"),
            ("crop_pct", "{\"crop_pct\": 0}"), ("crop_pct", "{\"crop_pct\": 2}"), ("resample", "{\"resample\": 9}"),
            ("image_mean", "{\"image_mean\": [1]}"), ("image_std", "{\"image_std\": [1, 0, 1]}"),
            ("rescale_factor", "{\"rescale_factor\": 0}"),
        ])
    func valuesOutOfRangeAreNamed(key: String, text: String) throws {
        let error = #expect(throws: VisionModelError.self) { _ = try preprocessing(text) }
        guard case .invalidConfiguration(let file, let found, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == key && file.hasSuffix("preprocessor_config.json"))
    }

    @Test func aNetworkOfOneSizeTakesNoOther() throws {
        let error = #expect(throws: VisionModelError.self) { _ = try preprocessing("{\"size\": 32}", of: "vit") }
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("24 × 24"))
        _ = try preprocessing("{\"size\": {\"height\": 24, \"width\": 24}}", of: "vit")
    }

    /// The order of two pictures in a batch, and what is left out.
    @Test func aClassifierOrdersItsAnswers() throws {
        let classifier = try Classifier(ModelFolder(VisionFixture.folder.appendingPathComponent("vit")))
        var bitmap = Bitmap(width: 50, height: 30, filledWith: [20, 90, 200])
        for index in bitmap.bytes.indices where index % 7 == 0 { bitmap.bytes[index] = UInt8(index % 256) }
        let other = Bitmap(width: 9, height: 14, filledWith: [250, 10, 40])
        let framed = [bitmap, other].map(classifier.framed)
        let together = try classifier.classify(framed: framed, top: 5)
        for (picture, predictions) in zip([bitmap, other], together) {
            let alone = try classifier.classify(picture, top: 2)
            #expect(alone.map(\.label) == predictions.prefix(2).map(\.label))
            // A picture by itself may round otherwise.
            let likely = try classifier.classify(picture, threshold: 0.999 * predictions[1].probability)
            #expect(likely.count == 2)
        }
        let vectors = try classifier.embeddings(framed: framed)
        #expect(vectors.count == 2 && vectors.allSatisfy { $0.count == 16 } && vectors[0] != vectors[1])
        #expect(classifier.labels.count == 5 && classifier.loadTime > 0)
    }
}
