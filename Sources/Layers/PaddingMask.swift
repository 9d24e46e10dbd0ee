public import Tensors

extension Tensor {
    /// What attention adds to its scores, so that no position attends to those that only fill up a batch: 0 below a
    /// sequence's length, -∞ beyond. Nil where nothing is filled up.
    ///
    /// Shape `[sequences, time]`.
    public static func paddingMask(lengths: [Int], time: Int) -> Tensor? {
        if lengths.allSatisfy({ $0 == time }) { return nil }
        return Tensor(
            lengths.flatMap { length in (0..<time).map { $0 < length ? 0 : -Float.infinity } },
            shape: [lengths.count, time])
    }
}
