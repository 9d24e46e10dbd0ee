import Tensors

/// The elements of several `float32` tensors, valid during the call.
func withFloats(of tensors: [Tensor], _ body: ([UnsafePointer<Float>]) -> Void) {
    func collect(_ pointers: [UnsafePointer<Float>]) {
        guard pointers.count < tensors.count else { return body(pointers) }
        tensors[pointers.count].withFloats { collect(pointers + [$0]) }
    }
    collect([])
}

/// New `float32` tensors of one shape, whose elements `initialize` writes, every one of them.
func makeTensors(
    _ count: Int, shape: Shape, initializingFloats initialize: ([UnsafeMutablePointer<Float>]) -> Void
) -> [Tensor] {
    var made: [Tensor] = []
    func collect(_ pointers: [UnsafeMutablePointer<Float>]) {
        guard pointers.count < count else { return initialize(pointers) }
        made.append(Tensor(shape: shape, initializingFloats: { collect(pointers + [$0]) }))
    }
    collect([])
    // The innermost was finished first.
    return made.reversed()
}
