/// Appends a token to each of several texts and tells what may follow.
///
/// A model keeps the past of each text in a numbered place. Before the tokens are appended, place `i` takes over the past
/// of place `parents[i]`, and places beyond the last are given up. A place that another one takes over from keeps its own
/// (`parents[p] == p`), so the pasts can be copied in any order, and most need no copy.
///
/// - Returns: the logits after `tokens[i]`, for every place.
public typealias HypothesisStep = (_ parents: [Int], _ tokens: [Int]) throws -> [[Float]]

enum HypothesisPlaces {
    /// Which new hypothesis goes where, so that the promise of ``HypothesisStep`` holds.
    ///
    /// - Parameter parents: the place of each new hypothesis' past.
    /// - Returns: for each place the index of a new hypothesis.
    static func order(parents: [Int]) -> [Int] {
        var places = [Int?](repeating: nil, count: parents.count)
        var homeless: [Int] = []
        for (hypothesis, parent) in parents.enumerated() {
            if parent < places.count, places[parent] == nil {
                places[parent] = hypothesis
            } else {
                homeless.append(hypothesis)
            }
        }
        homeless.reverse()
        return places.map { $0 ?? homeless.removeLast() }
    }
}
