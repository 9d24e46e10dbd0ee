import Foundation
import Images
import Tensors
import TestKit
import Testing

@Suite struct BatchMixingTests {
    private static let (count, height, width, channels, classes) = (6, 8, 10, 3, 4)

    /// Every value of picture n is n, so that a result tells who was mixed with whom.
    private static let pictures = Tensor(
        (0..<count).flatMap { [Float](repeating: Float($0), count: height * width * channels) },
        shape: [count, height, width, channels])
    private static let weights = Tensor(
        (0..<count).flatMap { row in (0..<classes).map { $0 == row % classes ? Float(1) : 0 } },
        shape: [count, classes])

    @Test(arguments: [0.1, 0.4, 1, 5])
    func mixup(strength: Double) {
        let mixing = BatchMixing.mixup(strength: strength)
        var random = RandomSource(seed: 2)
        var shares: [Double] = []
        for _ in 0..<2000 {
            var again = random
            let result = mixing(Self.pictures, Self.weights, using: &random)
            let same = mixing(Self.pictures, Self.weights, using: &again)
            #expect(result.pictures.floats() == same.pictures.floats() && random == again)
            let (x, y) = (result.pictures.floats(), result.weights.floats())
            let rowCount = Self.height * Self.width * Self.channels
            var partners: Set<Float> = []
            var share: Float?
            for row in 0..<Self.count {
                let value = x[row * rowCount]
                #expect(x[row * rowCount..<(row + 1) * rowCount].allSatisfy { $0 == value })
                // The weight that its own class keeps, where the partner is of another one.
                let own = y[row * Self.classes + row % Self.classes]
                #expect(abs(y[row * Self.classes..<(row + 1) * Self.classes].reduce(0, +) - 1) < 1e-6)
                if own < 0.999 {
                    let partner = (value - own * Float(row)) / (1 - own)
                    if 1 - own > 0.01 { #expect(abs(partner - partner.rounded()) < 0.02) }
                    partners.insert(partner.rounded())
                    share = own
                }
            }
            if let share { shares.append(Double(share)) }
        }
        // Beta(a, a) has the mean ½ and the variance 1 / (8a + 4); the largest weights, which cannot be told from none, are
        // missing for small strengths.
        let mean = shares.reduce(0, +) / Double(shares.count)
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)
        if strength >= 1 {
            #expect(abs(mean - 0.5) < 5 * (variance / Double(shares.count)).squareRoot())
            #expect(abs(variance * (8 * strength + 4) - 1) < 0.12)
        } else {
            // More than half lie within a tenth of either end for 0.1, fewer for 0.4.
            let outer = shares.filter { $0 < 0.1 || $0 > 0.9 }.count
            #expect(Double(outer) > (strength == 0.1 ? 0.5 : 0.3) * Double(shares.count))
        }
    }

    @Test func cutmix() {
        let mixing = BatchMixing.cutmix()
        var random = RandomSource(seed: 3)
        let (pixels, channels) = (Self.height * Self.width, Self.channels)
        var areas: [Double] = []
        for _ in 0..<1500 {
            let result = mixing(Self.pictures, Self.weights, using: &random)
            let (x, y) = (result.pictures.floats(), result.weights.floats())
            var places: Set<[Int]> = []
            for row in 0..<Self.count {
                let values = (0..<pixels).map { x[(row * pixels + $0) * channels] }
                for pixel in 0..<pixels {
                    #expect(x[(row * pixels + pixel) * channels + 2] == values[pixel])
                }
                let foreign = (0..<pixels).filter { values[$0] != Float(row) }
                guard let first = foreign.first else { continue }
                #expect(Set(foreign.map { values[$0] }).count == 1)
                places.insert(foreign)
                let (columns, rows) = (Set(foreign.map { $0 % Self.width }), Set(foreign.map { $0 / Self.width }))
                #expect(columns.count * rows.count == foreign.count)
                areas.append(Double(foreign.count) / Double(pixels))
                let partner = Int(values[first])
                if partner % Self.classes != row % Self.classes {
                    let own = y[row * Self.classes + row % Self.classes]
                    #expect(abs(own - (1 - Float(foreign.count) / Float(pixels))) < 1e-6)
                    #expect(abs(y[row * Self.classes + partner % Self.classes] - (1 - own)) < 1e-6)
                }
            }
            #expect(places.count <= 1)
        }
        // Even areas lose what lies beyond the border, and up to two pixels of each side.
        let mean = areas.reduce(0, +) / Double(areas.count)
        #expect((0.15...0.45).contains(mean) && (areas.max() ?? 0) > 0.5)
    }

    @Test func partnersAreEvenlyDrawn() {
        var random = RandomSource(seed: 4)
        var counts = [Int](repeating: 0, count: 9)
        let pictures = Tensor([0, 1, 2] as [Float], shape: [3, 1, 1, 1])
        let weights = Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1] as [Float], shape: [3, 3])
        for _ in 0..<3000 {
            let mixed = BatchMixing.mixup(strength: 1)(pictures, weights, using: &random).weights.floats()
            for row in 0..<3 {
                let others = (0..<3).filter { $0 != row }
                let partner = others.first { mixed[row * 3 + $0] > 0 } ?? row
                counts[row * 3 + partner] += 1
            }
        }
        #expect(counts.allSatisfy { abs($0 - 1000) < 130 })
    }

    @Test func strengthsFromOutsideAreJudged() {
        #expect(BatchMixing.mixup(strength: 0).problem != nil && BatchMixing.cutmix(strength: .nan).problem != nil)
        #expect(BatchMixing.mixup().problem == nil && BatchMixing.cutmix(strength: 1000).problem == nil)
    }
}
