import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import ModelCatalog
import VisionModels

/// `vision import`: weights of another program as a folder that says all that is to be known of the model.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a model folder of weights that came from another program.",
        discussion: """
            MODEL is a state dictionary of PyTorch (.pth, .pt, .bin; read without running it), a .safetensors file, or a \
            folder. Of which network it is follows from the names and shapes: EfficientNet-Lite, ResNet, ResNet for \
            small pictures, ViT, as in torchvision, timm or transformers. The result is a folder in Hugging Face's \
            layout: config.json with the names of the classes, preprocessor_config.json, model.safetensors.

            Examples:
              vision import resnet50.pth --output models/resnet50
              vision import cells.pt --labels names.txt --output models/cells
              vision import resnet20.pth --labels cat,dog --type float16 -o small
            """)

    @Argument(help: ArgumentHelp("A file of weights, a folder, or a fetched model by its name.", valueName: "model"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "Names of the classes in the order of their numbers: a file with one a line, or here with commas between "
                + "(default: what the model says, ImageNet's where there are a thousand).",
            valueName: "names|file"))
    var labels: String?
    @Option(
        help: ArgumentHelp(
            "How the network wants its pictures, a preprocessor_config.json (default: what is usual for it).",
            valueName: "file"))
    var preprocessor: String?
    @Option(help: "Type of the stored weights (default: as they are).")
    var type: StoredType?
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
        if labels == "" { throw ValidationError("--labels is empty; give names, or a file with them.") }
        if preprocessor == "" { throw ValidationError("--preprocessor is empty; name a file.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        // A file as it is; else a folder or the name of a fetched model.
        var isFolder: ObjCBool = false
        let isFile = FileManager.default.fileExists(atPath: model, isDirectory: &isFolder) && !isFolder.boolValue
        let location = try isFile ? URL(fileURLWithPath: model) : ModelCatalog.locate(model)
        var classifier = try ClassifierImport(ModelFolder(location))
        if let labels { try classifier.rename(try Self.names(labels)) }
        if let preprocessor {
            try classifier.prepare(as: try Self.contents(preprocessor), path: preprocessor)
        }
        let meter = ProgressMeter(on: console, label: "writing", unit: .items("tensors"))
        defer { meter.finish() }
        let target = URL(fileURLWithPath: output, isDirectory: true)
        let written = try classifier.write(to: target, elementType: type?.elementType) { done, count in
            meter.update(completed: Double(done), of: Double(count))
        }
        meter.finish()
        let size = classifier.inputExtent
        console.note(
            "\(output): \(try written.parameterCount()) parameters, \(classifier.labels.count) classes, pictures of "
                + "\(size.width) x \(size.height)")
        if classifier.lacksNames {
            console.note("the weights carry no names of classes; give them with --labels, or in config.json (id2label)")
        }
    }

    private static func names(_ labels: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: labels) else {
            return labels.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
        }
        guard let text = String(data: try contents(labels), encoding: .utf8) else {
            throw ImportError.notText(path: labels)
        }
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { trimmed($0) }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func trimmed(_ text: Substring) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A small file, whole.
    private static func contents(_ path: String) throws -> Data {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ImportError.unreadable(path: path) }
        let limit = 16 << 20
        let data: Data?
        do {
            data = try file.read(upToCount: limit + 1)
        } catch {
            throw ImportError.unreadable(path: path)
        }
        guard let data, data.count <= limit else { throw ImportError.unreadable(path: path) }
        return data
    }
}

/// What can be wrong with the small files that an import is told of.
enum ImportError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String)
    case notText(path: String)

    var description: String {
        switch self {
        case .unreadable(let path): "\(path): cannot be read as a file of at most 16 MiB; check the path"
        case .notText(let path): "\(path): is not UTF-8 text; give one name a line"
        }
    }
}
