import Autograd
import Kernels
import Layers
import Parameters
import Tensors

/// What each point of a map says: which thing it belongs to, and how far its sides are (Tian et al. 2019, "FCOS").
struct DetectionHead: Sendable {
    private var classTower: [SeparableConvolution]
    private var boxTower: [SeparableConvolution]
    private let classes: Convolution2d
    private let sides: Convolution2d

    /// The logit of 0.01, the probability of a thing at a point as long as nothing is learnt (Lin et al. 2017, "Focal Loss",
    /// section 4.1).
    private static let priorLogit: Float = -4.595_12

    init(width: Int, classCount: Int, depth: Int, in scope: ParameterScope) {
        func tower(_ name: String) -> [SeparableConvolution] {
            (0..<depth).map { SeparableConvolution(width, width, in: scope / name / $0) }
        }
        (classTower, boxTower) = (tower("class_tower"), tower("box_tower"))
        classes = Convolution2d(
            width, classCount, kernel: 1, initialBias: .constant(Self.priorLogit), in: scope / "classes")
        sides = Convolution2d(width, 4, kernel: 1, initialBias: .constant(0.693), in: scope / "sides")
    }

    /// Shapes: `[batch, height, width, channels]` → logits `[batch, height · width, classes]` and the logarithms of the
    /// distances from each pixel's centre to left, top, right and bottom, in pixels of the map, `[batch, height · width, 4]`.
    func callAsFunction(
        _ x: Tensor, mode: Mode, updates: inout BufferUpdates
    ) -> (logits: Tensor, logDistances: Tensor) {
        var (what, place) = (x, x)
        for convolution in classTower { what = convolution(what, mode: mode, updates: &updates) }
        for convolution in boxTower { place = convolution(place, mode: mode, updates: &updates) }
        func rows(_ map: Tensor) -> Tensor { reshape(map, [map.shape[0], map.shape[1] * map.shape[2], map.shape[3]]) }
        return (rows(classes(what)), rows(sides(place)))
    }

    func folding() -> DetectionHead {
        var head = self
        head.classTower = classTower.map { $0.folding() }
        head.boxTower = boxTower.map { $0.folding() }
        return head
    }
}
