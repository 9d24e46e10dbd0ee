import Tensors

/// Divides pictures so that every class has the same share on both sides.
public enum PictureSplitter {
    /// - Parameters:
    ///   - share: of each class that is kept, rounded, and at least one picture.
    ///   - path: what errors call the data.
    /// - Returns: both parts in the order of `samples`; the same for the same seed.
    public static func split(
        _ samples: [PictureSample], keeping share: Double, labels: [String], seed: UInt64, path: String
    ) throws(PictureDataError) -> (rest: [PictureSample], kept: [PictureSample]) {
        guard share > 0 else { return (samples, []) }
        var places = [[Int]](repeating: [], count: labels.count)
        for (index, sample) in samples.enumerated() { places[sample.label].append(index) }
        var isKept = [Bool](repeating: false, count: samples.count)
        for (label, places) in places.enumerated() where !places.isEmpty {
            guard places.count >= 2 else {
                throw PictureDataError(path: path, .tooFewToSplit(label: labels[label], count: places.count))
            }
            let count = min(max(1, Int((share * Double(places.count)).rounded())), places.count - 1)
            let order = SeededPermutation(count: places.count, seed: seed, stream: UInt64(label))
            for number in 0..<count { isKept[places[order[number]]] = true }
        }
        return (
            samples.indices.filter { !isKept[$0] }.map { samples[$0] },
            samples.indices.filter { isKept[$0] }.map { samples[$0] }
        )
    }
}
