package import Tensors

/// What an operation's backward needs, kept on the tape: a small value per operation, which can be named and printed.
package protocol Operation: Sendable {
    var name: String { get }

    /// The gradient of each input, in the order of the inputs, from the gradient of the result; nil where `wanted`
    /// says that none is needed.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?]
}

/// Which inputs of an operation need a gradient.
package struct WantedGradients: Sendable {
    let inputs: [TapeSlot?]

    package subscript(input: Int) -> Bool { inputs[input] != nil }
}

/// The end of the road for gradients, with the reason.
struct ConstantOperation: Operation {
    let name: String
    let reason: String

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        preconditionFailure("a gradient cannot pass through \(name): \(reason)")
    }
}
