import Checkpoints
import CommandLineKit
import Foundation
import VisionModels

/// The features of pictures in a file, picture after picture; its ending tells the form.
final class FeatureFile: AnswerReceiver {
    enum Format: String, CaseIterable {
        case safetensors, csv, jsonl

        init?(path: String) {
            let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
            guard let format = Self(rawValue: ending) else { return nil }
            self = format
        }
    }

    private enum Target {
        case matrix(SafetensorsRowWriter)
        case lines(ResultFileWriter, Format)
    }

    private let target: Target
    private let model: String
    private let width: Int
    private var names: [String] = []

    /// - Parameters:
    ///   - width: of the features.
    ///   - names: of all pictures that may come.
    ///   - model: what the model is called.
    init(_ path: String, _ format: Format, width: Int, names: [String], model: String) throws {
        self.model = model
        self.width = width
        switch format {
        case .safetensors:
            target = .matrix(
                try SafetensorsRowWriter(
                    "features", width: width, largestRowCount: names.count,
                    largestMetadata: try Self.metadata(names, model: model), to: path))
        case .csv, .jsonl: target = .lines(try ResultFileWriter(path), format)
        }
    }

    func begin() throws {
        guard case .lines(let file, .csv) = target else { return }
        try file.write(DelimitedForm.commas.row(["file"] + (0..<width).map { "\($0)" }))
    }

    func receive(_ answer: PictureAnswer) throws {
        let (name, features) = (answer.input.displayName, answer.impression.features)
        switch target {
        case .matrix(let file):
            try file.append(features)
            names.append(name)
        case .lines(let file, .csv): try file.write(DelimitedForm.commas.row([name] + features.map { "\($0)" }))
        case .lines(let file, _):
            let numbers = features.map { "\($0)" }.joined(separator: ",")
            try file.write("{\"file\":\(try lineOfJSON(name)),\"features\":[\(numbers)]}\n")
        }
    }

    func finish(isWhole: Bool) throws {
        guard isWhole else { return }
        switch target {
        case .matrix(let file): try file.finish(metadata: Self.metadata(names, model: model))
        case .lines(let file, _): try file.finish()
        }
    }

    /// Metadata are texts; the list of files is one that holds JSON.
    private static func metadata(_ names: [String], model: String) throws -> [String: String] {
        ["files": try lineOfJSON(names), "model": model]
    }
}
