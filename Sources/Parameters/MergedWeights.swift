import Autograd
public import Kernels
public import Tensors

/// The weights of a model with an adapter's added to them: W + s B A, or its transpose, as `float32`; the others as they
/// are stored.
public struct MergedWeights: TensorSource {
    private struct Addition {
        let down: Tensor
        let up: Tensor
        let scale: Float
    }

    private let base: any TensorSource
    private let isTransposed: Bool
    /// By the name of the weight that they are added to.
    private let additions: [String: Addition]

    /// - Parameter strength: multiplies what the adapter adds.
    /// - Throws: ``AdaptationError`` with everything in which adapter and weights disagree.
    public init(
        _ base: any TensorSource, adding adapter: any TensorSource, _ settings: LowRankSettings, strength: Float = 1
    ) throws {
        try settings.validate()
        (self.base, isTransposed) = (base, settings.isTransposed)
        var additions: [String: Addition] = [:]
        var (missing, integers, misshaped) = ([String](), [String](), [ParameterMismatch.ShapeMismatch]())
        var known: Set<String> = []
        for name in base.names where name.hasSuffix(".weight") {
            let path = String(name.dropLast(".weight".count))
            let (down, up) = LowRankAdaptation.names(of: path)
            guard let shape = base.shape(of: name), adapter.shape(of: down) != nil || adapter.shape(of: up) != nil
            else { continue }
            known.formUnion([down, up])
            guard let downShape = adapter.shape(of: down), let upShape = adapter.shape(of: up) else {
                missing.append(adapter.shape(of: down) == nil ? down : up)
                continue
            }
            let rank = max(1, downShape.first ?? 1)
            let (inputs, outputs) = isTransposed ? (shape.first, shape.last) : (shape.last, shape.first)
            let expected = (down: [rank, inputs ?? 1], up: [outputs ?? 1, rank])
            if shape.count != 2 || downShape != Shape(expected.down) {
                misshaped.append(.init(name: down, expected: Shape(expected.down), stored: downShape))
            } else if upShape != Shape(expected.up) {
                misshaped.append(.init(name: up, expected: Shape(expected.up), stored: upShape))
            } else if let downTensor = try adapter.tensor(named: down), let upTensor = try adapter.tensor(named: up) {
                integers += [(down, downTensor), (up, upTensor)].filter { $0.1.elementType == .int32 }.map(\.0)
                guard integers.isEmpty else { continue }
                additions[name] = Addition(
                    down: downTensor.converted(to: .float32), up: upTensor.converted(to: .float32),
                    scale: strength * settings.scale(of: path, rank: rank))
            }
        }
        let all = ParameterMismatch(
            missing: missing.sorted(), unused: adapter.names.filter { !known.contains($0) }.sorted(),
            misshaped: misshaped, integers: integers)
        guard all.isEmpty else { throw AdaptationError.doesNotFit(all) }
        self.additions = additions
    }

    public var names: [String] { base.names }

    public func shape(of name: String) -> Shape? { base.shape(of: name) }

    public func elementType(of name: String) throws -> ElementType? {
        let stored = try base.elementType(of: name)
        return stored == nil || stored == .int32 || additions[name] == nil ? stored : .float32
    }

    public func tensor(named name: String) throws -> Tensor? {
        // Integers are none of a model's weights, which is for the store to tell.
        guard let stored = try base.tensor(named: name) else { return nil }
        guard let addition = additions[name], stored.elementType != .int32 else { return stored }
        let product =
            isTransposed
            ? matrixProduct(addition.down, addition.up, transposeA: true, transposeB: true)
            : matrixProduct(addition.up, addition.down)
        return add(stored.converted(to: .float32), scale(product, by: addition.scale))
    }

    public func releasePages() { base.releasePages() }
}
