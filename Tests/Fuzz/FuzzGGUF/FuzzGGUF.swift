import Checkpoints
import FuzzDriver
import Parameters

/// A GGUF file: header read, every tensor decoded, its configuration, names and tokenizer made into those of a folder.
@main
enum FuzzGGUF {
    static func main() {
        fuzz { bytes in
            guard !bytes.isEmpty, let file = try? GGUFFile(MappedFile(copying: bytes, path: "model.gguf")) else {
                return
            }
            for name in file.names {
                precondition(file.shape(of: name) != nil, "a name without a shape")
                _ = try? file.tensor(named: name)
            }
            for (_, value) in file.metadata {
                if case .array(let array) = value { _ = try? array.elements() }
            }
            guard let model = try? GGUFLanguageModel(file) else { return }
            for name in model.names {
                precondition(model.shape(of: name) != nil, "a name without a shape")
                _ = try? model.tensor(named: name)
                _ = try? model.quantizedMatrix(named: name)
            }
            _ = try? model.configurationJSON()
            _ = try? model.tokenizerConfigurationJSON()
            _ = try? model.tokenizerSettings()
        }
    }
}
