import Checkpoints
import FuzzDriver
import Parameters
import TextModels
import Tokenizers

/// A GGUF file: header read, every tensor decoded, its configuration, names and tokenizer made into those of a folder, a
/// text made into ids.
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
            guard let settings = try? model.tokenizerSettings() else { return }
            readTokenizer(GGUFVocabulary(settings))
        }
    }

    private static func readTokenizer(_ vocabulary: GGUFVocabulary) {
        guard let tokenizer = try? loadTokenizer(gguf: vocabulary, file: "model.gguf") else { return }
        for text in ["Hello there", "", " 12 Größen,\n\n\t你好 <s>"] {
            guard let ids = try? tokenizer.encode(text) else { continue }
            precondition(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) }, "an id without a token")
            _ = tokenizer.decode(ids)
        }
        // What is read can be written, and read again.
        guard let json = try? vocabulary.tokenizerJSON(file: "model.gguf") else { return }
        do {
            _ = try loadTokenizer(json: json)
        } catch {
            preconditionFailure("a tokenizer.json that is not read: \(error)")
        }
    }
}
