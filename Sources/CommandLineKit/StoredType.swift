public import ArgumentParser
public import Kernels

/// What `--type` says of the weights in a model folder.
public enum StoredType: String, ExpressibleByArgument, CaseIterable {
    case float32, float16, bfloat16

    public var elementType: ElementType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        }
    }
}
