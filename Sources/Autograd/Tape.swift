import Kernels
import Synchronization
package import Tensors

/// The record of a computation, from which gradients are derived.
///
/// The tape is an array in the order of computation, held in a task-local: operations find it there and append what
/// their backward needs. Backward is one reverse loop, and releasing a tape is releasing an array, however deep the
/// computation was. Without a tape nothing is recorded and nothing costs, so there is no `noGrad`.
///
/// An operation reaches its result only through ``record(_:inputs:_:)`` or
/// ``recordConstant(_:_:inputs:reason:)``: no kernel can cut the graph silently.
public final class Tape: Sendable {
    @TaskLocal public static var current: Tape?

    private struct Record {
        let operation: any Operation
        /// Where each input stands on the tape; nil for inputs that need no gradient.
        let inputs: [TapeSlot?]
    }

    private struct State {
        /// One entry per slot; leaves have none.
        var records: [Record?] = []
        var leaves: [ObjectIdentifier: TapeSlot] = [:]
    }

    private let identifier: UInt64
    private let state = Mutex(State())

    private static let identifiers = Atomic<UInt64>(1)

    public init() {
        identifier = Self.identifiers.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Marks `tensor` as something whose gradient is wanted, known by `key`; the same key gives the same slot.
    package func leaf(_ tensor: Tensor, key: ObjectIdentifier) -> Tensor {
        var tracked = tensor
        tracked.slot = state.withLock { state in
            if let slot = state.leaves[key] { return slot }
            let slot = TapeSlot(tape: identifier, index: state.records.count)
            state.records.append(nil)
            state.leaves[key] = slot
            return slot
        }
        return tracked
    }

    /// Puts the result of a differentiable operation on the current tape, if one of its inputs is there.
    package static func record(
        _ result: Tensor, inputs: [Tensor], _ operation: @autoclosure () -> any Operation
    ) -> Tensor {
        guard let tape = current else { return result }
        return tape.append(result, inputs: inputs, operation())
    }

    /// Passes on the result of an operation that has no derivative, or none yet. Backward stops with the operation's
    /// name and the reason if a wanted gradient would have to pass through it.
    package static func recordConstant(
        _ name: String, _ result: Tensor, inputs: [Tensor], reason: String
    ) -> Tensor {
        guard let tape = current else { return result }
        return tape.append(result, inputs: inputs, ConstantOperation(name: name, reason: reason))
    }

    /// Whether a result of `tensor` would be recorded: operations whose backward is cheapest during forward ask.
    package static func isTracking(_ tensors: [Tensor]) -> Bool {
        guard let tape = current else { return false }
        return tensors.contains { $0.slot?.tape == tape.identifier }
    }

    private func append(_ result: Tensor, inputs: [Tensor], _ operation: any Operation) -> Tensor {
        let slots = inputs.map { input in input.slot?.tape == identifier ? input.slot : nil }
        guard slots.contains(where: { $0 != nil }) else { return result }
        var tracked = result
        tracked.slot = state.withLock { state in
            state.records.append(Record(operation: operation, inputs: slots))
            return TapeSlot(tape: identifier, index: state.records.count - 1)
        }
        return tracked
    }

    /// The gradient of the scalar `loss` with respect to every leaf that it depends on. Empties the tape: what each
    /// operation saved returns to the pool as soon as its own backward is done.
    package func gradients(of loss: Tensor) -> [ObjectIdentifier: Tensor] {
        precondition(loss.elementCount == 1, "gradients need a scalar loss, not one of shape \(loss.shape)")
        let taken = state.withLock { state in
            defer { state = State() }
            return state
        }
        var records = taken.records
        guard let slot = loss.slot, slot.tape == identifier else { return [:] }
        var gradients = [Tensor?](repeating: nil, count: records.count)
        gradients[slot.index] = Tensor(repeating: 1, shape: loss.shape)
        for index in stride(from: slot.index, through: 0, by: -1) {
            guard let record = records[index], let gradient = gradients[index] else { continue }
            // From here on only this step keeps what the operation saved and its gradient.
            records[index] = nil
            gradients[index] = nil
            let contributions = record.operation.backward(
                gradient, wanted: WantedGradients(inputs: record.inputs))
            precondition(
                contributions.count == record.inputs.count,
                "\(record.operation.name): \(contributions.count) gradients for \(record.inputs.count) inputs")
            for (input, contribution) in zip(record.inputs, contributions) {
                guard let input, let contribution else { continue }
                Self.accumulate(contribution, in: &gradients[input.index])
            }
        }
        return taken.leaves.compactMapValues { gradients[$0.index] }
    }

    /// Adds in place where nobody else holds the sum.
    private static func accumulate(_ contribution: Tensor, in sum: inout Tensor?) {
        guard var old = sum.take() else {
            sum = contribution
            return
        }
        let isAdded: Void? = old.withUniqueFloats { total in
            contribution.withFloats {
                Elementwise.combine(.add, total, $0, into: total, count: contribution.elementCount)
            }
        }
        sum = isAdded == nil ? Arithmetic.sum(old, contribution) : old
    }
}
