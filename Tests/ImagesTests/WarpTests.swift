import Foundation
import Geometry
import Images
import Kernels
import Testing

@Suite struct WarpTests {
    /// In floating point, pixel by pixel.
    private static func slow(_ bitmap: Bitmap, _ map: AffineMap, _ sampling: Bitmap.Sampling, _ fill: [UInt8])
        -> [Double]
    {
        var result: [Double] = []
        for row in 0..<bitmap.height {
            for column in 0..<bitmap.width {
                let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
                let (sourceX, sourceY) = (map.a * x + map.b * y + map.c, map.d * x + map.e * y + map.f)
                let isInside =
                    sourceX >= 0 && sourceX < Double(bitmap.width) && sourceY >= 0 && sourceY < Double(bitmap.height)
                for channel in 0..<bitmap.channels {
                    func pixel(_ x: Int, _ y: Int) -> Double {
                        let (x, y) = (max(0, min(bitmap.width - 1, x)), max(0, min(bitmap.height - 1, y)))
                        return Double(bitmap.bytes[(y * bitmap.width + x) * bitmap.channels + channel])
                    }
                    guard isInside else {
                        result.append(Double(fill[channel]))
                        continue
                    }
                    if sampling == .nearest {
                        result.append(pixel(Int(sourceX), Int(sourceY)))
                        continue
                    }
                    let (left, top) = ((sourceX - 0.5).rounded(.down), (sourceY - 0.5).rounded(.down))
                    let (across, down) = (sourceX - 0.5 - left, sourceY - 0.5 - top)
                    let (x0, y0) = (Int(left), Int(top))
                    let upper = pixel(x0, y0) * (1 - across) + pixel(x0 + 1, y0) * across
                    let lower = pixel(x0, y0 + 1) * (1 - across) + pixel(x0 + 1, y0 + 1) * across
                    result.append(upper * (1 - down) + lower * down)
                }
            }
        }
        return result
    }

    @Test(arguments: KernelLevel.supported)
    func asWrittenOut(level: KernelLevel) {
        KernelLevel.force(level) {
            for (width, height) in [(31, 19), (1, 1), (1, 9), (64, 2)] {
                for channels in 1...4 {
                    let bitmap = Bitmap.noise(width: width, height: height, channels: channels)
                    let fill = Array([5, 99, 200, 77].prefix(channels)) as [UInt8]
                    let center = Point(Double(width) / 2, Double(height) / 2)
                    for map in [
                        AffineMap(about: center, rotation: 27.3), AffineMap(about: center, rotation: -141, scale: 0.37),
                        AffineMap(about: center, scale: 3.1, shear: Point(21, -8), translation: Point(2.3, -1.7)),
                        AffineMap(a: 0, b: 0, c: 0.25, d: 0, e: 0, f: 0.75),
                        AffineMap(a: 1, b: 0, c: 1e6, d: 0, e: 1, f: -1e6),
                    ] {
                        for sampling in [Bitmap.Sampling.nearest, .bilinear] {
                            let result = bitmap.warped(by: map, sampling: sampling, fill: fill)
                            let expected = Self.slow(bitmap, map, sampling, fill)
                            // Weights of 11 bits, and the rounding to a byte.
                            let limit = sampling == .nearest ? 0 : 0.75
                            let difference = zip(result.bytes, expected).map { abs(Double($0) - $1) }.max() ?? 256
                            #expect(difference <= limit, "\(map) \(sampling) \(width) x \(height)")
                        }
                    }
                }
            }
        }
    }

    @Test func wholeTurnsAndShiftsAreExact() {
        let bitmap = Bitmap.noise(width: 12, height: 12)
        let center = Point(6, 6)
        for sampling in [Bitmap.Sampling.nearest, .bilinear] {
            func warped(_ map: AffineMap) -> Bitmap { bitmap.warped(by: map, sampling: sampling, fill: [1, 2, 3]) }
            #expect(warped(AffineMap(about: center, rotation: 90)) == bitmap.rotated(quarterTurns: 1))
            #expect(warped(AffineMap(about: center, rotation: -180)) == bitmap.rotated(quarterTurns: 2))
            var shifted = Bitmap(width: 12, height: 12, filledWith: [1, 2, 3])
            shifted.paste(bitmap, x: 4, y: -3)
            #expect(warped(AffineMap(about: center, translation: Point(4, -3))) == shifted)
            #expect(warped(AffineMap(about: center)) == bitmap && warped(.identity) == bitmap)
        }
    }
}
