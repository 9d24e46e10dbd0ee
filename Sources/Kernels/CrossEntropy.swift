import CKernels

/// The loss of classification.
public enum CrossEntropy {
    /// The loss of each row of logits `[rows, classes]`: -Σ q log softmax(x), where q has `labelSmoothing` spread evenly
    /// over the classes and the rest on the target (Szegedy et al. 2016, section 7).
    ///
    /// - Parameters:
    ///   - targets: `[rows]`, each in 0..<`classes`, or -1 for a row that is left out: its loss and gradient are 0.
    ///   - losses: `[rows]`.
    ///   - gradient: receives `scale` times the gradient of each row's loss; may be `logits`.
    public static func forward(
        _ logits: UnsafePointer<Float>, rows: Int, classes: Int, targets: UnsafePointer<Int32>, labelSmoothing: Float,
        scale: Float = 1, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>? = nil
    ) {
        for row in 0..<Swift.max(rows, 0) {
            precondition(
                targets[row] >= -1 && targets[row] < classes,
                "CrossEntropy: the target \(targets[row]) is not one of \(classes) classes")
        }
        Rows.split(rows, classes) { table, range in
            let (first, offset) = (range.lowerBound, range.lowerBound * classes)
            table.pointee.cross_entropy(
                logits + offset, range.count, classes, targets + first, labelSmoothing, scale, losses + first,
                gradient.map { $0 + offset })
        }
    }
}
