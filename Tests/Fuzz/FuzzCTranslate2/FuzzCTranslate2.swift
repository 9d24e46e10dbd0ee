import Checkpoints
import FuzzDriver
import Parameters

/// A CTranslate2 file: its table read, imported as Whisper, every tensor read.
@main
enum FuzzCTranslate2 {
    static func main() {
        fuzz { bytes in
            guard !bytes.isEmpty,
                let model = try? CTranslate2Whisper(MappedFile(copying: bytes, path: "model.bin"))
            else { return }
            for name in model.names {
                precondition(model.shape(of: name) != nil, "a name without a shape")
                _ = try? model.tensor(named: name)
            }
        }
    }
}
