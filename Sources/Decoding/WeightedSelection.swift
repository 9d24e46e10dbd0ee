/// The first tokens in an order that together reach a weight, found without sorting: the tokens are divided around a
/// pivot, and only the part in which the border lies is divided again, so the time grows with their number alone.
struct WeightedSelection {
    /// What orders the tokens, the least first; of equal ones the lower token.
    let ranks: [Float]
    /// Not negative.
    let weights: [Double]

    /// Sets the logits of all tokens but the selected ones to -∞. Tokens that are forbidden already stay so and count for
    /// nothing.
    ///
    /// - Parameter mass: tokens are taken until their weights reach it, and one at least.
    func forbidRest(of logits: inout [Float], mass: Double) {
        var candidates = logits.indices.filter { logits[$0] > -.infinity }.map { Int32($0) }
        let kept = select(&candidates, mass: mass)
        for token in candidates[kept...] { logits[Int(token)] = -.infinity }
    }

    /// Brings the selected candidates to the front and says how many they are.
    func select(_ candidates: inout [Int32], mass: Double) -> Int {
        var (start, end) = (0, candidates.count)
        var missing = mass
        while end - start > 1 {
            let border = divide(&candidates, start, end)
            let weight = candidates[start..<border].reduce(0) { $0 + weights[Int($1)] }
            if weight >= missing {
                end = border
            } else {
                missing -= weight
                start = border
            }
        }
        // One is left: it is the one that reaches the mass, or the last of all.
        return end
    }

    /// Divides `candidates[start..<end]`, of which there are two or more, so that all before the border come first in
    /// the order. Neither part is empty: no two candidates are equal in the order, and the pivot is not the first of
    /// three or more.
    private func divide(_ candidates: inout [Int32], _ start: Int, _ end: Int) -> Int {
        // The median of three is a good pivot for what is sorted already, too.
        let three = [candidates[start], candidates[start + (end - start) / 2], candidates[end - 1]].sorted(by: precedes)
        let pivot = three[1]
        var (low, high) = (start, end - 1)
        while true {
            while precedes(candidates[low], pivot) { low += 1 }
            while precedes(pivot, candidates[high]) { high -= 1 }
            if low >= high { break }
            candidates.swapAt(low, high)
            low += 1
            high -= 1
        }
        return low
    }

    private func precedes(_ a: Int32, _ b: Int32) -> Bool {
        let (rankA, rankB) = (ranks[Int(a)], ranks[Int(b)])
        return rankA == rankB ? a < b : rankA < rankB
    }
}
