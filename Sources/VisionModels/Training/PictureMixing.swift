public import Images
import Tensors

/// Pictures of a batch mixed with each other, and their classes with them.
public struct PictureMixing: Sendable, Hashable {
    public let mixing: BatchMixing
    public let classCount: Int

    /// - Precondition: the mixing has no ``BatchMixing/problem``.
    public init(_ mixing: BatchMixing, classCount: Int) {
        precondition(mixing.problem == nil, "\(mixing): \(mixing.problem ?? "")")
        (self.mixing, self.classCount) = (mixing, classCount)
    }

    func mixed(_ batch: PictureBatch, using random: inout RandomSource) -> PictureBatch {
        var weights = [Float](repeating: 0, count: batch.count * classCount)
        for (row, target) in batch.targets.enumerated() { weights[row * classCount + Int(target)] = 1 }
        let result = mixing(batch.pictures, Tensor(weights, shape: [batch.count, classCount]), using: &random)
        return PictureBatch(pictures: result.pictures, targets: batch.targets, weights: result.weights)
    }
}
