import Decoding
import FuzzDriver

/// Any bytes as a language model of n-grams; one that is read must be written and read again as the same.
@main
enum FuzzARPA {
    static func main() {
        fuzz { bytes in
            guard let model = try? ARPAReader.read(Array(bytes), file: "model.arpa") else { return }
            _ = model.score(["a", "<unk>", "b"])
            let text = model.arpa()
            guard let again = try? ARPAReader.read(Array(text.utf8), file: "again.arpa") else {
                fatalError("a model that was written cannot be read")  // what a fuzzer looks for
            }
            precondition(again.arpa() == text, "a model changes by being written")
        }
    }
}
