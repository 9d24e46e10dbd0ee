/// A folder that is not a usable model.
public struct ModelFolderError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// Nothing has this path.
        case notFound
        /// A file that is neither a folder nor a `.safetensors` file.
        case notAModel
        /// A folder of adapters where a whole model was expected.
        case isAnAdapter
        /// A whole model, or something else, where a folder of adapters was expected.
        case notAnAdapter
        /// Every one is needed; alternatives stand together.
        case missingFiles([[String]])
        /// Pickled weights in a form that is not read.
        case onlyPickledWeights(file: String)
        case runWithoutBest
        /// A run whose `best` is a run again.
        case nestedRun
        case nonFiniteValues([NonFiniteValues])
        case tooLargeForFloat16(tensor: String, count: Int)
    }

    public let path: String
    public let reason: Reason

    public init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path.quotedForMessage): \(reasonText)" }

    private var reasonText: String {
        switch reason {
        case .notFound: "there is no such model; check the path, or fetch the default models with `make models`"
        case .notAModel: "is neither a model folder nor a .safetensors file"
        case .isAnAdapter:
            "is an adapter, no model of its own; name its model as the model, and this folder with --adapter"
        case .notAnAdapter: "is no adapter: a folder with adapter_config.json was expected"
        case .missingFiles(let files):
            "the model is incomplete, missing are "
                + files.map { $0.joined(separator: " or ") }.joined(separator: ", ")
                + "; fetch the default models with `make models`, or complete the folder"
        case .onlyPickledWeights(let file):
            "\(file.quotedForMessage) is a pickle of a kind that is not read here; convert the weights with Python's "
                + "safetensors"
        case .runWithoutBest: "the training run has no best checkpoint yet"
        case .nestedRun: "the best checkpoint of the run is itself a run folder"
        case .nonFiniteValues(let findings):
            findings.prefix(6).map(\.description).joined(separator: "; ")
                + (findings.count > 6 ? " and \(findings.count - 6) more tensors" : "") + "; fetch the model again"
        case .tooLargeForFloat16(let tensor, let count):
            "\(count) values of \(tensor.quotedForMessage) are too large for float16; choose bfloat16 or float32"
        }
    }
}
