import Checkpoints
import FoundationEssentials
import Hashing
import Kernels
import Optimizers
import Parameters
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A complete folder of a model, or of adapters, that also holds everything a resumed run needs.
///
/// `model.safetensors` (`adapter_model.safetensors`) has the weights that one would use: the moving averages, where the run keeps them.
/// `training_state.safetensors` has the optimizer's tensors and, beside averages, the weights themselves;
/// `training_state.json` the numbers, and size and hash of every other file, by which a damaged checkpoint is known.
struct TrainingCheckpoint {
    static let stateName = "training_state.json"
    static let tensorsName = "training_state.safetensors"
    static let weightPrefix = "weight."

    /// The numbers of `training_state.json`.
    struct Record: Codable {
        static let currentFormat = "triptych-training-state/1"

        struct File: Codable, Equatable {
            var byteCount: Int
            var sha256: String
        }

        var format = Self.currentFormat
        var state: TrainingState
        var optimizerStep: Int
        var averageUpdates: Int?
        var files: [String: File]
    }

    var record: Record
    var optimizer: OptimizerState
    let path: String

    // MARK: Writing

    /// Writes the folder `path`: complete, or not at all.
    static func write(
        to path: String, files: ModelFiles, store: ParameterStore, state: TrainingState, optimizer: OptimizerState,
        average: MovingAverage?
    ) throws {
        let parameters = store.parameters
        var weights = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value.converted(to: .float32)) })
        var tensors = optimizer.tensors
        if let average {
            for (parameter, value) in zip(average.parameters, average.values) {
                tensors[weightPrefix + parameter.name] = weights.updateValue(value, forKey: parameter.name)
            }
        }
        try ModelFolder.write(
            to: URL(filePath: path), names: files.names, configuration: files.configuration,
            weights: parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: files.others,
            tensor: { name in
                weights[name]!  // asked for are the names just declared
            },
            finish: { hiddenPath in
                try SafetensorsWriter.write(tensors, to: "\(hiddenPath)/\(tensorsName)")
                let record = Record(
                    state: state, optimizerStep: optimizer.step, averageUpdates: average?.updates,
                    files: try fingerprints(of: hiddenPath))
                try RunFolder.write(RunFolder.json(record), to: "\(hiddenPath)/\(stateName)")
            })
    }

    private static func fingerprints(of folder: String) throws -> [String: Record.File] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try fingerprint(of: "\(folder)/\($0)")) })
    }

    private static func fingerprint(of path: String) throws -> Record.File {
        Record.File(byteCount: try byteCount(of: path), sha256: try SHA256.hash(contentsOfFile: path).hexadecimal)
    }

    private static func byteCount(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(path: path, .missing) }
        return Int(status.st_size)
    }

    // MARK: Reading

    /// Opens a checkpoint. Throws where one of its files is not what was saved.
    init(opening path: String) throws {
        self.path = path
        record = try RunFolder.read(Record.self, from: "\(path)/\(Self.stateName)")
        guard record.format == Record.currentFormat else {
            throw TrainingError.damagedFile(
                path: "\(path)/\(Self.stateName)", reason: "is in the unknown format \"\(record.format)\"")
        }
        for (name, file) in record.files.sorted(by: { $0.key < $1.key }) {
            let filePath = "\(path)/\(name)"
            let byteCount = try Self.byteCount(of: filePath)
            guard byteCount == file.byteCount else {
                throw TrainingError.damagedFile(
                    path: filePath, reason: "has \(byteCount) bytes, but \(file.byteCount) were saved")
            }
            guard try SHA256.hash(contentsOfFile: filePath).hexadecimal == file.sha256 else {
                throw TrainingError.damagedFile(path: filePath, reason: "has other contents than were saved")
            }
        }
        let stored = try SafetensorsFile(path: "\(path)/\(Self.tensorsName)")
        var tensors: [String: Tensor] = [:]
        for name in stored.names {
            guard let tensor = try stored.tensor(named: name), tensor.elementType == .float32 else { continue }
            // Copied: the file may be deleted while the run goes on.
            tensors[name] = Tensor(tensor.floats(), shape: tensor.shape)
        }
        optimizer = OptimizerState(step: record.optimizerStep, tensors: tensors)
    }

    /// Takes up weights and, where the run has them, averages. Throws ``ParameterMismatch`` where the model is another.
    ///
    /// - Parameter weights: the name of the file that has them.
    func restore(_ store: ParameterStore, from weights: String, average: inout MovingAverage?) throws {
        try store.load(SafetensorsFile(path: "\(path)/\(weights)"))
        guard var restored = average else { return }
        restored.restore(restored.parameters.map(\.value), updates: record.averageUpdates ?? 0)
        average = restored
        for parameter in restored.parameters {
            guard let weight = optimizer.tensors[Self.weightPrefix + parameter.name], weight.shape == parameter.shape
            else {
                throw TrainingError.damagedFile(
                    path: "\(path)/\(Self.tensorsName)", reason: "lacks the weights of \(parameter.name)")
            }
            parameter.update(weight)
        }
    }
}
