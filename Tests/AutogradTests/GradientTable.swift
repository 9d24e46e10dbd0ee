import Tensors

/// One differentiable operation under test: some inputs and what is computed of them.
struct GradientCase: Sendable, CustomStringConvertible {
    /// The operation's name on the tape.
    let name: String
    let inputs: [Tensor]
    let compute: @Sendable ([Tensor]) -> Tensor

    var description: String { name }
}

/// Every operation that has a backward. A test fails when one that exists in the module is missing here.
let gradientTable: [GradientCase] = transformerCases + layerCases
