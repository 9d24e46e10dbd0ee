import Autograd
import Parameters
import Tensors

/// What a backbone makes of a picture at one of its layers.
struct BackboneMap: Sendable, Equatable {
    /// Pixels of the picture for one of the map, on either axis.
    let stride: Int
    /// Channels.
    let width: Int
    /// The number of the layer whose output it is.
    let layer: Int
}

extension [BackboneMap] {
    /// Of each stride the last map counts.
    mutating func add(_ map: BackboneMap) {
        if last?.stride == map.stride { removeLast() }
        append(map)
    }
}

/// The convolutional part of a network that classifies pictures: layers in a row, whose outputs get smaller and wider.
protocol PictureBackbone: Sendable {
    /// The last map of each stride, from the largest map to the smallest.
    var maps: [BackboneMap] { get }

    /// Goes through the layers in their order and hands out what each gives.
    ///
    /// - Parameter updates: in training, receives the new running statistics of batch norms.
    func forEachLayer(
        _ pictures: Tensor, mode: Mode, updates: inout BufferUpdates, _ body: (_ layer: Int, Tensor) -> Void)

    /// The same for inference, batch norms folded into the convolutions before them.
    func folding() -> Self
}

extension PictureBackbone {
    /// What the last layer gives. Shapes: `[batch, height, width, 3]` → `[batch, height / stride, width / stride, channels]`.
    func callAsFunction(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        var last = pictures
        forEachLayer(pictures, mode: mode, updates: &updates) { last = $1 }
        return last
    }

    /// Some of the ``maps``, in their order; extents are rounded up.
    func outputs(
        _ wanted: [BackboneMap], of pictures: Tensor, mode: Mode, updates: inout BufferUpdates
    ) -> [Tensor] {
        let layers = Set(wanted.map(\.layer))
        var outputs: [Tensor] = []
        forEachLayer(pictures, mode: mode, updates: &updates) { layer, output in
            if layers.contains(layer) { outputs.append(output) }
        }
        return outputs
    }
}

/// A stem and layers behind it, of one kind.
protocol LayeredBackbone: PictureBackbone {
    associatedtype Layer: BackboneLayer

    var stem: NormalizedConvolution { get set }
    var layers: [Layer] { get set }

    /// What the first layer is given: the stem's output, or what is made of it.
    func begun(_ x: Tensor) -> Tensor
}

/// One of the layers of a backbone.
protocol BackboneLayer: Sendable {
    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor
    func folding() -> Self
}

extension LayeredBackbone {
    func begun(_ x: Tensor) -> Tensor { x }

    func forEachLayer(
        _ pictures: Tensor, mode: Mode, updates: inout BufferUpdates, _ body: (_ layer: Int, Tensor) -> Void
    ) {
        var x = begun(stem(pictures, mode: mode, updates: &updates))
        body(0, x)
        for (index, layer) in layers.enumerated() {
            x = layer(x, mode: mode, updates: &updates)
            body(index + 1, x)
        }
    }

    func folding() -> Self {
        var trunk = self
        trunk.stem = stem.folding()
        trunk.layers = layers.map { $0.folding() }
        return trunk
    }
}
