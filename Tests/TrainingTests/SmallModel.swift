import Autograd
import Datasets
import FoundationEssentials
import Layers
import Parameters
import Tensors
import Training

/// A regression with a square in its middle and noise on its input: enough to have a shape for every kind of state.
struct SmallModel: TrainableModel {
    struct Batch: Sendable {
        let inputs: Tensor
        let targets: Tensor
    }

    let parameters: ParameterStore
    let itemName = "samples"
    /// `contrary` is best where the loss is worst; `same` never changes.
    var decisiveFigure: String?
    private let first: Linear
    private let second: Linear

    init(seed: UInt64 = 1, width: Int = 5, decisiveFigure: String? = nil) {
        self.decisiveFigure = decisiveFigure
        parameters = ParameterStore(random: RandomSource(seed: seed))
        first = Linear(3, width, in: parameters.root / "first")
        second = Linear(width, 1, in: parameters.root / "second")
    }

    func loss(_ batch: Batch, mode: Mode) -> BatchLoss {
        var inputs = batch.inputs
        if case .training(var random) = mode {
            inputs = add(
                inputs, Tensor((0..<inputs.elementCount).map { _ in 0.05 * random.normal() }, shape: inputs.shape))
        }
        let hidden = first(inputs)
        let difference = subtract(second(multiply(hidden, hidden)), batch.targets)
        return BatchLoss(sum: sum(multiply(difference, difference)), targetCount: batch.inputs.shape[0])
    }

    func figures(validationLoss: Double) -> [String: Double] {
        let figures = ["root": validationLoss.squareRoot()]
        return decisiveFigure == nil ? figures : figures.merging(["contrary": -validationLoss, "same": 1]) { $1 }
    }

    static let files = ModelFiles(
        configuration: Data("{\"model_type\":\"small\"}\n".utf8), others: ["note.txt": Data("x".utf8)])
}

/// Batches of one to three samples of a smooth function.
struct SmallData: BatchSource {
    var batchesPerEpoch = 5
    var seed: UInt64 = 7
    /// The batch that is NaN, if any.
    var brokenBatch: Int?
    /// Nobody can learn this: the loss does not fall.
    var isNoise = false
    /// Every batch as large as this.
    var fixedSize: Int?

    func batch(_ index: Int, epoch: Int) -> SmallModel.Batch {
        var random = RandomSource(seed: seed).split(UInt64(1000 * epoch + index))
        let count = fixedSize ?? 1 + index % 3
        var inputs = (0..<3 * count).map { _ in 2 * random.uniform() - 1 }
        let targets = (0..<count).map { row in
            isNoise ? 5 * random.normal() : inputs[3 * row] * inputs[3 * row + 1] + inputs[3 * row + 2]
        }
        if index == brokenBatch { inputs[0] = .nan }
        return SmallModel.Batch(
            inputs: Tensor(inputs, shape: [count, 3]), targets: Tensor(targets, shape: [count, 1]))
    }
}
