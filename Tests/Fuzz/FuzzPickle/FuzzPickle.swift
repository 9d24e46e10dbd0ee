import Checkpoints
import FuzzDriver
import Parameters

/// A file of `torch.save`: container and pickle read, every tensor read.
@main
enum FuzzPickle {
    static func main() {
        fuzz { bytes in
            guard !bytes.isEmpty, let file = try? PyTorchFile(MappedFile(copying: bytes, path: "model.pth")) else {
                return
            }
            for name in file.names {
                precondition(file.shape(of: name) != nil, "a name without a shape")
                _ = try? file.tensor(named: name)
            }
        }
    }
}
