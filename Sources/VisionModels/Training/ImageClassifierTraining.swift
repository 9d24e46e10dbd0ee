public import Autograd
import Layers
public import Parameters
import Tensors
public import Training

/// A network that classifies pictures as the trainer sees it: the cross-entropy of each picture's class, or of the
/// classes that are mixed in it, summed.
public struct ImageClassifierTraining: TrainableModel {
    public let model: any ImageClassificationModel
    public let parameters: ParameterStore
    /// The probability with which an element of the features is dropped in training.
    public let dropout: Float
    public let labelSmoothing: Float

    public init(
        _ model: any ImageClassificationModel, parameters: ParameterStore, dropout: Float = 0, labelSmoothing: Float = 0
    ) {
        (self.model, self.parameters) = (model, parameters)
        (self.dropout, self.labelSmoothing) = (dropout, labelSmoothing)
    }

    public var itemName: String { "pictures" }
    public var countNames: [String] { ["accuracy"] }

    public func loss(_ batch: PictureBatch, mode: Mode) -> BatchLoss {
        var updates = BufferUpdates()
        let targets = Tensor(batch.targets, shape: [batch.count])
        guard case .training = mode else {
            let logits = model(batch.pictures)
            return BatchLoss(
                sum: crossEntropy(logits, targets, reduction: .sum), targetCount: batch.count,
                counts: ["accuracy": BatchCount(Self.hits(logits, batch.targets), of: batch.count)])
        }
        let logits = model(batch.pictures, mode: mode, dropout: dropout, updates: &updates)
        let loss =
            if let weights = batch.weights {
                crossEntropy(logits, weights: weights, labelSmoothing: labelSmoothing, reduction: .sum)
            } else {
                crossEntropy(logits, targets, labelSmoothing: labelSmoothing, reduction: .sum)
            }
        return BatchLoss(sum: loss, targetCount: batch.count, updates: updates)
    }

    /// Pictures whose largest logit is that of their class; of equal ones the first counts.
    private static func hits(_ logits: Tensor, _ targets: [Int32]) -> Int {
        let (values, classes) = (logits.floats(), logits.shape[1])
        return targets.enumerated().count { row, target in
            let scores = values[row * classes..<(row + 1) * classes]
            guard let largest = scores.max(), let first = scores.firstIndex(of: largest) else { return false }
            return first - scores.startIndex == Int(target)
        }
    }
}
