import Datasets
public import Images
import Tensors

extension PixelNormalization {
    /// Mean and deviation of each channel over pictures of a data set: at most 4096 of them, drawn by seed.
    public init(measuring pictures: PreparedPictures, seed: UInt64) throws(ImageError) {
        let order = SeededPermutation(count: pictures.samples.count, seed: seed, stream: 0x4E0)
        var (sums, squares, count) = ([0, 0, 0], [0, 0, 0], 0)
        for place in 0..<min(4_096, pictures.samples.count) {
            let picture = try pictures.picture(order[place])
            for (index, byte) in picture.bytes.enumerated() {
                sums[index % 3] += Int(byte)
                squares[index % 3] += Int(byte) * Int(byte)
            }
            count += picture.bytes.count / 3
        }
        let means = sums.map { Double($0) / Double(count) }
        let deviations = zip(squares, means).map { max(1, Double($0) / Double(count) - $1 * $1).squareRoot() }
        self.init(scale: 1 / 255, mean: means.map { Float($0 / 255) }, deviation: deviations.map { Float($0 / 255) })
    }
}
