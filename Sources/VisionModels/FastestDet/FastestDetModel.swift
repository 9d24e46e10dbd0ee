public import Autograd
import Kernels
import Layers
public import Parameters
public import Tensors

/// FastestDet (github.com/dog-qiuqiu/FastestDet): a small ShuffleNet V2 whose last three stages are brought to one grid,
/// and for each cell of that a guess at one thing whose centre is near. Names are those of the original code.
public struct FastestDetModel: ObjectDetectionModel {
    /// What the network says of each cell, before it is decoded.
    public struct Output: Sendable {
        /// Whether something is there, before the sigmoid: `[batch, rows, columns, 1]`.
        public let objectness: Tensor
        /// Offset of the centre across and down, before the hyperbolic tangent, in cells; width and height, before the sigmoid,
        /// as parts of the picture: `[batch, rows, columns, 4]`.
        public let boxes: Tensor
        /// Logits: `[batch, rows, columns, classes]`.
        public let classes: Tensor
    }

    public let configuration: FastestDetConfiguration
    private var stem: NormalizedConvolution
    private var stages: [[ShuffleBlock]]
    private var neck: FastestDetNeck
    private var heads: [[NormalizedConvolution]]
    private var shared: NormalizedConvolution

    public init(_ configuration: FastestDetConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let (widths, backbone) = (configuration.widths, store.root / "backbone")
        stem = NormalizedConvolution(
            3, widths[0], kernel: 3, stride: 2, activation: .relu, convolution: backbone / "first_conv" / 0,
            norm: backbone / "first_conv" / 1)
        stages = configuration.depths.indices.map { stage in
            (0..<configuration.depths[stage]).map { index in
                ShuffleBlock(
                    from: index == 0 ? widths[stage] : nil, to: widths[stage + 1],
                    in: backbone / "stage\(stage + 2)" / index)
            }
        }
        let (width, head) = (configuration.headWidth, store.root / "detect_head")
        neck = FastestDetNeck(widths.dropFirst().reduce(0, +), width, in: store.root / "SPP")
        shared = NormalizedConvolution(
            width, width, kernel: 1, activation: .relu, convolution: head / "conv1x1" / "conv1x1" / 0,
            norm: head / "conv1x1" / "conv1x1" / 1)
        heads = [("obj_layers", 1), ("reg_layers", 4), ("cls_layers", configuration.labels.count)].map {
            name, outputs in
            let layers = head / name / "conv5x5"
            return [
                NormalizedConvolution(
                    width, width, kernel: 5, groups: width, activation: .relu, convolution: layers / 0, norm: layers / 1
                ),
                NormalizedConvolution(
                    width, outputs, kernel: 1, activation: .none, convolution: layers / 3, norm: layers / 4),
            ]
        }
        try store.verify()
    }

    /// Shape of `pictures`: `[batch, height, width, 3]`, red first, 0 to 1; height and width are multiples of 32.
    public func callAsFunction(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Output {
        // The network was trained with blue first.
        var x = stem(flip(pictures, axis: 3), mode: mode, updates: &updates)
        x = maximumPool2d(x, kernel: 3, stride: 2, padding: 1)
        var levels: [Tensor] = []
        for blocks in stages {
            for block in blocks { x = block(x, mode: mode, updates: &updates) }
            levels.append(x)
        }
        let grid = Extent2d(height: levels[1].shape[1], width: levels[1].shape[2])
        levels[0] = averagePool2d(levels[0], kernel: 3, stride: 2, padding: 1)
        levels[2] = resize(levels[2], to: grid, .nearest)
        x = neck(concatenate(levels, axis: 3), mode: mode, updates: &updates)
        x = shared(x, mode: mode, updates: &updates)
        let outputs = heads.map { layers in
            layers.reduce(x) { $1($0, mode: mode, updates: &updates) }
        }
        return Output(objectness: outputs[0], boxes: outputs[1], classes: outputs[2])
    }

    public func candidates(_ pictures: Tensor, above threshold: Double) -> [[DetectionCandidate]] {
        // Inference changes no running statistics.
        var updates = BufferUpdates()
        let output = self(pictures, mode: .inference, updates: &updates)
        return FastestDetDecoding(
            objectness: sigmoid(output.objectness), boxes: output.boxes, probabilities: softmax(output.classes),
            frame: Extent2d(height: pictures.shape[1], width: pictures.shape[2])
        ).candidates(above: threshold)
    }

    public func folded() -> FastestDetModel {
        var model = self
        model.stem = stem.folding()
        model.stages = stages.map { $0.map { $0.folding() } }
        model.neck = neck.folding()
        model.shared = shared.folding()
        model.heads = heads.map { $0.map { $0.folding() } }
        return model
    }
}

/// Looks around each cell at three distances: one, two and three depthwise convolutions of 5 × 5 side by side, whose results
/// are joined and added to what they were given.
///
/// Shapes: `[batch, rows, columns, channels]` → `[batch, rows, columns, outputs]`.
struct FastestDetNeck: Sendable {
    private var reduction: NormalizedConvolution
    private var branches: [[NormalizedConvolution]]
    private var joint: NormalizedConvolution

    init(_ channels: Int, _ outputs: Int, in scope: ParameterScope) {
        let first = scope / "Conv1x1" / "conv1x1"
        reduction = NormalizedConvolution(
            channels, outputs, kernel: 1, activation: .relu, convolution: first / 0, norm: first / 1)
        branches = (1...3).map { count in
            (0..<count).map { index in
                let layers = scope / "S\(count)"
                return NormalizedConvolution(
                    outputs, outputs, kernel: 5, groups: outputs, activation: .relu, convolution: layers / (3 * index),
                    norm: layers / (3 * index + 1))
            }
        }
        joint = NormalizedConvolution(
            3 * outputs, outputs, kernel: 1, activation: .none, convolution: scope / "output" / 0,
            norm: scope / "output" / 1)
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        let reduced = reduction(x, mode: mode, updates: &updates)
        let seen = branches.map { layers in
            layers.reduce(reduced) { $1($0, mode: mode, updates: &updates) }
        }
        return relu(add(reduced, joint(concatenate(seen, axis: 3), mode: mode, updates: &updates)))
    }

    func folding() -> FastestDetNeck {
        var neck = self
        neck.reduction = reduction.folding()
        neck.branches = branches.map { $0.map { $0.folding() } }
        neck.joint = joint.folding()
        return neck
    }
}
