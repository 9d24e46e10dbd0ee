public import Kernels
public import Parameters
public import Tensors

/// The language model in a GGUF file, with the names and the layout of a Hugging Face folder.
///
/// Blocks stay blocks; queries and keys of Llama's models, whose rows stand in another order, are copied row by row.
public struct GGUFLanguageModel: TensorSource {
    public let file: GGUFFile
    /// Sorted.
    public let names: [String]
    let architecture: GGUFArchitecture
    private let stored: [String: Stored]

    private struct Stored {
        let name: String
        let change: GGUFArchitecture.Change
    }

    static let architectureKey = "general.architecture"
    static let rotaryFactorsName = "rope_freqs.weight"

    /// Finds out what each tensor is. Throws ``GGUFError`` for an architecture or a tensor that is not known.
    public init(_ file: GGUFFile) throws {
        let metadata = GGUFMetadata(file: file)
        let name = try metadata.requiredText(Self.architectureKey)
        guard let architecture = GGUFArchitecture(rawValue: name) else {
            throw metadata.refused(
                Self.architectureKey,
                .unsupportedArchitecture(name, known: GGUFArchitecture.allCases.map(\.rawValue)))
        }
        var stored: [String: Stored] = [:]
        for tensor in file.names where tensor != Self.rotaryFactorsName {
            guard let (name, change) = architecture.translated(tensor) else {
                throw GGUFError(path: file.path, .tensor(tensor), .unknownTensor(architecture: architecture.rawValue))
            }
            stored[name] = Stored(name: tensor, change: change)
        }
        self.file = file
        self.architecture = architecture
        self.stored = stored
        names = stored.keys.sorted()
    }

    public func releasePages() { file.releasePages() }

    public func shape(of name: String) -> Shape? {
        guard let stored = stored[name], let shape = file.shape(of: stored.name) else { return nil }
        return stored.change == .transposed && shape.count == 2 ? [shape[1], shape[0]] : shape
    }

    public func quantizedMatrix(named name: String) throws -> QuantizedMatrix? {
        guard let stored = stored[name], let matrix = try file.quantizedMatrix(named: stored.name) else { return nil }
        switch stored.change {
        // Products want a transposed one just as it is stored.
        case .none, .transposed: return matrix
        case .pairs: return matrix.reordered(try pairOrder(of: stored.name, rows: matrix.outputs))
        case .minusOne: return nil
        }
    }

    public func elementType(of name: String) -> ElementType? {
        guard let stored = stored[name] else { return nil }
        switch stored.change {
        case .none, .pairs: return file.elementType(of: stored.name)
        case .minusOne: return .float32
        case .transposed: return shape(of: name)?.count == 2 ? .float32 : file.elementType(of: stored.name)
        }
    }

    public func tensor(named name: String) throws -> Tensor? {
        guard let stored = stored[name], let tensor = try file.tensor(named: stored.name) else { return nil }
        switch stored.change {
        case .none: return tensor
        case .pairs:
            let order = try pairOrder(of: stored.name, rows: tensor.shape[0])
            return tensor.reordered(order)
        case .minusOne: return Tensor(tensor.floats().map { $0 - 1 }, shape: tensor.shape)
        case .transposed: return tensor.matrixTransposed()
        }
    }

    /// Where each row of queries or keys stands in the file. A head's row j of the first half and row j of the second are
    /// the neighbours 2 j and 2 j + 1 there.
    private func pairOrder(of name: String, rows: Int) throws -> (Int) -> Int {
        let metadata = GGUFMetadata(file: file)
        let queries = try metadata.positive("\(architecture.rawValue).attention.head_count")
        let heads =
            name.contains("attn_k.")
            ? try metadata.positive("\(architecture.rawValue).attention.head_count_kv", default: queries) : queries
        guard rows.isMultiple(of: 2 * heads) else {
            throw GGUFError(path: file.path, .tensor(name), .wrongCount(found: rows, expected: 2 * heads))
        }
        let width = rows / heads
        return { row in
            let inHead = row % width
            return row - inHead + inHead % (width / 2) * 2 + inHead / (width / 2)
        }
    }
}
