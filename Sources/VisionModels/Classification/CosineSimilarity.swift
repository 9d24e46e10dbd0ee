/// The cosine of the angle between two vectors, −1 to 1; 0 where one of them has no direction.
///
/// - Precondition: both have as many numbers.
public func cosineSimilarity(_ first: [Float], _ second: [Float]) -> Double {
    precondition(first.count == second.count, "vectors of \(first.count) and \(second.count) numbers")
    var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
    for (a, b) in zip(first, second) {
        let (a, b) = (Double(a), Double(b))
        product += a * b
        firstSquare += a * a
        secondSquare += b * b
    }
    let scale = (firstSquare * secondSquare).squareRoot()
    return scale > 0 ? min(1, max(-1, product / scale)) : 0
}
