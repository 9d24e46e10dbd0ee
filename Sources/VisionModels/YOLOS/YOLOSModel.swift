public import Autograd
import Geometry
import Kernels
import Layers
public import Parameters
public import Tensors
public import Training

/// YOLOS (Fang et al. 2021): a Vision Transformer to whose patches tokens are added, each of which learns to stand for one
/// thing in the picture, or for nothing. Names are those of `YolosForObjectDetection`.
public struct YOLOSModel: TrainableObjectDetectionModel {
    /// What the tokens say.
    public struct Output: Sendable {
        /// Over the classes, and behind them "nothing": `[batch, tokens, classes + 1]`.
        public let logits: Tensor
        /// Centre, width and height as parts of the picture, 0 to 1: `[batch, tokens, 4]`.
        public let boxes: Tensor
    }

    public let configuration: YOLOSConfiguration
    private let patches: Convolution2d
    private let classToken: Parameter
    private let detectionTokens: Parameter
    private let positions: Parameter
    private let middlePositions: Parameter?
    private let layers: [ViTLayer]
    private let norm: LayerNorm
    private let classHead: [Linear]
    private let boxHead: [Linear]

    public init(_ configuration: YOLOSConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let (scope, width) = (store.root / "vit", configuration.width)
        let (embeddings, initializer) = (
            scope / "embeddings", Initializer.normal(deviation: configuration.initialDeviation)
        )
        patches = Convolution2d(
            3, width, kernel: Extent2d(configuration.patchExtent), stride: Extent2d(configuration.patchExtent),
            in: embeddings / "patch_embeddings" / "projection")
        classToken = embeddings.parameter("cls_token", [1, 1, width], initializer)
        detectionTokens = embeddings.parameter(
            "detection_tokens", [1, configuration.detectionTokens, width], initializer)
        let places = configuration.grid.count + configuration.detectionTokens + 1
        positions = embeddings.parameter("position_embeddings", [1, places, width], initializer)
        middlePositions =
            configuration.hasMiddlePositions && configuration.layers > 1
            ? (scope / "encoder").parameter(
                "mid_position_embeddings", [configuration.layers - 1, 1, places, width], initializer) : nil
        layers = (0..<configuration.layers).map {
            ViTLayer(configuration.layerSizes, in: scope / "encoder" / "layer" / $0)
        }
        norm = LayerNorm(width, epsilon: configuration.normEpsilon, in: scope / "layernorm")
        func head(_ outputs: Int, in scope: ParameterScope) -> [Linear] {
            [width, width, outputs].enumerated().map {
                Linear(width, $1, initializer: initializer, in: scope / "layers" / $0)
            }
        }
        classHead = head(configuration.labels.count + 1, in: store.root / "class_labels_classifier")
        boxHead = head(4, in: store.root / "bbox_predictor")
        // Part of the pretrained base model, which finds nothing.
        if configuration.hasMiddlePositions, middlePositions == nil {
            (scope / "encoder").expectUnused("mid_position_embeddings")
        }
        for name in ["weight", "bias"] { (scope / "pooler" / "dense").expectUnused(name) }
        try store.verify()
    }

    /// Shape of `pictures`: `[batch, height, width, 3]`, of at least a patch; what is left beside whole patches is not seen.
    public func callAsFunction(_ pictures: Tensor) -> Output {
        let states = states(pictures)
        return output(of: states[states.count - 1])
    }

    /// The detection tokens behind each layer.
    private func states(_ pictures: Tensor) -> [Tensor] {
        let (batch, width, tokens) = (pictures.shape[0], configuration.width, configuration.detectionTokens)
        let embedded = patches(pictures)
        let grid = Extent2d(height: embedded.shape[1], width: embedded.shape[2])
        // The same vectors around every sequence.
        var x = concatenate(
            [
                tile(classToken.value, axis: 0, count: batch), reshape(embedded, [batch, grid.count, width]),
                tile(detectionTokens.value, axis: 0, count: batch),
            ], axis: 1)
        x = add(x, places(positions.value, on: grid))
        let middle = middlePositions.map { reshape($0.value, [$0.shape[0], $0.shape[2], width]) }
        var states: [Tensor] = []
        for (index, layer) in layers.enumerated() {
            x = layer(x)
            states.append(slice(x, axis: 1, range: x.shape[1] - tokens..<x.shape[1]))
            if let middle, index < layers.count - 1 {
                x = add(x, places(slice(middle, index..<index + 1), on: grid))
            }
        }
        return states
    }

    /// Stored positions, those of patches interpolated to another number of patches.
    ///
    /// Shapes: `[1, 1 + patches + tokens, width]` → the same with the patches of `grid`.
    private func places(_ stored: Tensor, on grid: Extent2d) -> Tensor {
        let (own, count) = (configuration.grid, stored.shape[1])
        guard grid != own else { return stored }
        let parts = split(stored, extents: [1, own.count, count - own.count - 1], axis: 1)
        let patches = resize(
            reshape(parts[1], [1, own.height, own.width, configuration.width]), to: grid, .bicubic)
        return concatenate(
            [parts[0], reshape(patches, [1, grid.count, configuration.width]), parts[2]], axis: 1)
    }

    private func output(of state: Tensor) -> Output {
        let tokens = norm(state)
        func said(_ head: [Linear]) -> Tensor {
            head.enumerated().reduce(tokens) { x, layer in
                layer.element(x, activation: layer.offset < head.count - 1 ? .relu : .none)
            }
        }
        return Output(logits: said(classHead), boxes: sigmoid(said(boxHead)))
    }

    public func candidates(_ pictures: Tensor, above threshold: Double) -> [[DetectionCandidate]] {
        let output = self(pictures)
        let (batch, tokens, count) = (output.logits.shape[0], output.logits.shape[1], output.logits.shape[2])
        let (probabilities, boxes) = (softmax(output.logits).floats(), output.boxes.floats())
        let (width, height) = (Double(pictures.shape[2]), Double(pictures.shape[1]))
        return (0..<batch).map { picture in
            (picture * tokens..<(picture + 1) * tokens).compactMap { token in
                // The last is "nothing".
                let classes = probabilities[token * count..<(token + 1) * count - 1]
                let best = classes.indices.max { classes[$0] < classes[$1] } ?? classes.startIndex
                let confidence = Double(classes[best])
                guard !(confidence < threshold) else { return nil }
                let values = boxes[4 * token..<4 * token + 4].map(Double.init)
                return DetectionCandidate(
                    classIndex: best - classes.startIndex, confidence: confidence,
                    box: Rectangle(
                        x: (values[0] - values[2] / 2) * width, y: (values[1] - values[3] / 2) * height,
                        width: values[2] * width, height: values[3] * height))
            }
        }
    }

    /// As with DETR (Carion et al. 2020, section 3.1): each thing is matched with a token, and the token has to tell it. The
    /// losses of classes, averaged over the tokens by their weights, are multiplied by the number of things, so that dividing
    /// by that gives the loss of `transformers`. What is to be ignored is left out.
    public func loss(_ pictures: Tensor, _ targets: [[DetectionTarget]], mode: Mode) -> BatchLoss {
        let loss = YOLOSLoss(
            targets, frame: Extent2d(height: pictures.shape[1], width: pictures.shape[2]), configuration)
        let states = states(pictures)
        let counted = configuration.lossWeights.countsEveryLayer ? states : states.suffix(1)
        let parts = counted.map { loss(output(of: $0)) }
        let count = max(1, loss.count)
        return BatchLoss(
            sum: scale(parts.dropFirst().reduce(parts[0]) { add($0, $1) }, by: Float(count)), targetCount: count,
            itemCount: pictures.shape[0])
    }

    public func folded() -> YOLOSModel {
        patches.weight.weight.pack()
        for layer in layers { layer.pack() }
        for linear in classHead + boxHead { linear.weight.weight.pack() }
        return self
    }
}
