import ArgumentParser
import Kernels

/// What `--type` says of the weights in a model folder.
enum StoredType: String, ExpressibleByArgument, CaseIterable {
    case float32, float16, bfloat16

    var elementType: ElementType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        }
    }
}
