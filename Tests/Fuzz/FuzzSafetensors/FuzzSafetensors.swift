import Checkpoints
import FuzzDriver
import Parameters

/// A safetensors file: opened, every tensor read, every value looked at.
@main
enum FuzzSafetensors {
    static func main() {
        fuzz { bytes in
            guard !bytes.isEmpty,
                let file = try? SafetensorsFile(MappedFile(copying: bytes, path: "model.safetensors"))
            else { return }
            for name in file.names {
                precondition(file.shape(of: name) != nil, "a name without a shape")
                _ = try? file.tensor(named: name)
            }
            _ = try? file.nonFiniteValues()
        }
    }
}
