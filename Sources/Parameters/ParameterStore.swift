import Kernels
import Synchronization
public import Tensors

/// All parameters of one model: made at random, or taken from a checkpoint.
///
/// Building a model does not throw: the store notes every missing and mis-shaped name, and ``verify()`` throws once
/// with all of them, names that nobody asked for included. There is no fallback to fresh values.
public final class ParameterStore: Sendable {
    private enum Origin: Sendable {
        case random(RandomSource)
        case source(any TensorSource)
    }

    private struct State {
        var parameters: [Parameter] = []
        var byName: [String: Parameter] = [:]
        var matrices: [Parameter] = []
        var expectedUnused: Set<String> = []
        var missing: [String] = []
        var misshaped: [ParameterMismatch.ShapeMismatch] = []
        var integers: [String] = []
        var failure: (any Error)?
    }

    /// Adapters of the linear layers; where there are some, the store's own parameters are frozen.
    public let adaptation: LowRankAdaptation?
    private let origin: Origin
    /// Whether a training leaves the weight of this name as it is.
    private let isFrozen: @Sendable (String) -> Bool
    /// Names that begin at random although the source has them, and with what.
    private let renewal: (names: Set<String>, random: RandomSource)?
    private let state = Mutex(State())

    /// A store whose parameters begin at random, the same for the same seed whatever the order in which they are made.
    public init(random: RandomSource, adaptation: LowRankAdaptation? = nil) {
        origin = .random(random)
        self.adaptation = adaptation
        isFrozen = { _ in adaptation != nil }
        renewal = nil
    }

    /// A store whose parameters are read from `source`.
    public init(reading source: any TensorSource, adaptation: LowRankAdaptation? = nil) {
        origin = .source(source)
        self.adaptation = adaptation
        isFrozen = { _ in adaptation != nil }
        renewal = nil
    }

    /// A store for a training that goes on from `source`.
    ///
    /// - Parameters:
    ///   - renewed: names that begin at random, whatever the source has under them.
    ///   - random: of those.
    ///   - isFrozen: whether the training leaves the weight of a name as it is.
    public init(
        reading source: any TensorSource, renewing renewed: Set<String>, random: RandomSource,
        freezing isFrozen: @escaping @Sendable (String) -> Bool
    ) {
        origin = .source(source)
        adaptation = nil
        self.isFrozen = isFrozen
        renewal = (renewed, random)
    }

    /// The root of all names.
    public var root: ParameterScope { ParameterScope(store: self, path: "") }

    /// In the order in which they were made.
    public var parameters: [Parameter] { state.withLock { $0.parameters } }

    /// The number of elements of all parameters together.
    public var elementCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

    /// Packs every parameter that was made `asStored`, which are those that products read, so that the first use of the
    /// model is as fast as the next.
    public func packMatrices() {
        for parameter in state.withLock({ $0.matrices }) { parameter.weight.pack() }
    }

    /// Throws ``ParameterMismatch`` unless stored names and the model's names are the same, with the same shapes, and
    /// ``AdaptationError`` where adapters do not fit the model.
    public func verify() throws {
        let (mismatch, failure) = state.withLock { state in
            var unused: [String] = []
            if case .source(let source) = origin {
                unused = source.names.filter { state.byName[$0] == nil && !state.expectedUnused.contains($0) }
            }
            let mismatch = ParameterMismatch(
                missing: state.missing.sorted(), unused: unused.sorted(), misshaped: state.misshaped,
                integers: state.integers)
            return (mismatch, state.failure)
        }
        if let failure { throw failure }
        if !mismatch.isEmpty { throw mismatch }
        try adaptation?.verify()
    }

    /// Replaces every value by the one that `source` holds under the parameter's name, as `float32` in memory of its own.
    ///
    /// Throws ``ParameterMismatch`` with everything in which they disagree, and then changes nothing.
    public func load(_ source: any TensorSource) throws {
        let (parameters, expectedUnused) = state.withLock { ($0.parameters, $0.expectedUnused) }
        var missing: [String] = []
        var misshaped: [ParameterMismatch.ShapeMismatch] = []
        var integers: [String] = []
        var values: [Tensor] = []
        for parameter in parameters {
            guard let stored = source.shape(of: parameter.name) else {
                missing.append(parameter.name)
                continue
            }
            guard stored == parameter.shape else {
                misshaped.append(.init(name: parameter.name, expected: parameter.shape, stored: stored))
                continue
            }
            guard let tensor = try source.tensor(named: parameter.name) else {
                preconditionFailure("\(parameter.name) has a shape, but no values")
            }
            guard tensor.elementType != .int32 else {
                integers.append(parameter.name)
                continue
            }
            values.append(Tensor(tensor.floats(), shape: tensor.shape))
        }
        let known = Set(parameters.map(\.name)).union(expectedUnused)
        let mismatch = ParameterMismatch(
            missing: missing.sorted(), unused: source.names.filter { !known.contains($0) }.sorted(),
            misshaped: misshaped, integers: integers)
        if !mismatch.isEmpty { throw mismatch }
        for (parameter, value) in zip(parameters, values) { parameter.update(value) }
    }

    func parameter(
        _ name: String, _ shape: Shape, _ initializer: Initializer, precision: ParameterScope.Precision,
        role: Parameter.Role, isTransposed: Bool
    ) -> Parameter {
        if let known = state.withLock({ $0.byName[name] }) {
            precondition(known.shape == shape, "\(name) was made as \(known.shape), now it is asked for as \(shape)")
            return known
        }
        let weight = weight(of: name, shape, initializer, precision: precision, isTransposed: isTransposed)
        let parameter = Parameter(name: name, weight: weight, role: role == .weight && isFrozen(name) ? .frozen : role)
        state.withLock { state in
            state.byName[name] = parameter
            state.parameters.append(parameter)
            if precision == .asStored { state.matrices.append(parameter) }
        }
        return parameter
    }

    func expectUnused(_ name: String) {
        state.withLock { _ = $0.expectedUnused.insert(name) }
    }

    private func weight(
        of name: String, _ shape: Shape, _ initializer: Initializer, precision: ParameterScope.Precision,
        isTransposed: Bool
    ) -> Weight {
        if let renewal, renewal.names.contains(name) {
            return Weight(initializer.makeTensor(shape, renewal.random.split(Self.stream(name))))
        }
        if precision == .asStored, case .source(let source) = origin, source.shape(of: name) == shape, shape.count == 2
        {
            do {
                let extents = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
                if let matrix = try source.quantizedMatrix(named: name), (matrix.outputs, matrix.inputs) == extents {
                    return Weight(matrix, isTransposed: isTransposed)
                }
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
                return Weight(Tensor(absent: shape), isTransposed: isTransposed)
            }
        }
        return Weight(value(of: name, shape, initializer, precision: precision), isTransposed: isTransposed)
    }

    private func value(
        of name: String, _ shape: Shape, _ initializer: Initializer, precision: ParameterScope.Precision
    ) -> Tensor {
        switch origin {
        case .random(let random):
            return initializer.makeTensor(shape, random.split(Self.stream(name)))
        case .source(let source):
            guard let storedShape = source.shape(of: name) else {
                state.withLock { $0.missing.append(name) }
                return Tensor(absent: shape)
            }
            guard storedShape == shape else {
                state.withLock {
                    $0.misshaped.append(.init(name: name, expected: shape, stored: storedShape))
                }
                return Tensor(absent: shape)
            }
            do {
                guard let tensor = try source.tensor(named: name) else {
                    preconditionFailure("\(name) has a shape, but no values")
                }
                guard tensor.elementType != .int32 else {
                    state.withLock { $0.integers.append(name) }
                    return Tensor(absent: shape)
                }
                return precision == .asStored ? tensor : tensor.converted(to: .float32)
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
                return Tensor(absent: shape)
            }
        }
    }

    /// FNV-1a, so that a parameter's random numbers depend on its name and not on the order of construction.
    static func stream(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// A place in the tree of names: `scope / "layers" / 3 / "fc1"`.
public struct ParameterScope: Sendable {
    public enum Precision: Sendable {
        /// In the checkpoint's element type: for matrices, which kernels read as 16 bits.
        case asStored
        case float32
    }

    let store: ParameterStore
    public let path: String

    public static func / (scope: ParameterScope, name: String) -> ParameterScope {
        ParameterScope(store: scope.store, path: scope.path.isEmpty ? name : scope.path + "." + name)
    }

    public static func / (scope: ParameterScope, index: Int) -> ParameterScope { scope / String(index) }

    /// The parameter `name` below this scope; asked for twice, it is the same object (tied weights).
    ///
    /// - Parameter isTransposed: whether it is a matrix that stands as `[inputs, outputs]`.
    public func parameter(
        _ name: String, _ shape: Shape, _ initializer: Initializer, precision: Precision = .float32,
        role: Parameter.Role = .weight, isTransposed: Bool = false
    ) -> Parameter {
        store.parameter(
            (self / name).path, shape, initializer, precision: precision, role: role, isTransposed: isTransposed)
    }

    /// Says that a checkpoint may hold `name` although the model has no use for it (a stored copy of a tied weight).
    public func expectUnused(_ name: String) {
        store.expectUnused((self / name).path)
    }
}
