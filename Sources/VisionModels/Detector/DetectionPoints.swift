import Geometry
import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The centres of all pixels of a pyramid's maps, level after level, rows from the top, in pixels of the picture.
struct DetectionPoints: Sendable {
    private(set) var x: [Double] = []
    private(set) var y: [Double] = []
    /// Pixels of the picture for one of the map that the point belongs to.
    private(set) var stride: [Double] = []

    init(_ maps: [(size: Extent2d, stride: Int)]) {
        for (size, step) in maps {
            for row in 0..<size.height {
                for column in 0..<size.width {
                    x.append((Double(column) + 0.5) * Double(step))
                    y.append((Double(row) + 0.5) * Double(step))
                    stride.append(Double(step))
                }
            }
        }
    }

    var count: Int { x.count }

    /// The box around a point, from the logarithms of the distances of its sides in pixels of the map.
    func box(_ point: Int, _ logDistances: ArraySlice<Float>) -> Rectangle {
        let first = logDistances.startIndex
        func distance(_ side: Int) -> Double {
            // No picture is so large; beyond lie damaged weights.
            exp(Double(min(logDistances[first + side], 16))) * stride[point]
        }
        let (left, top) = (distance(0), distance(1))
        return Rectangle(
            x: x[point] - left, y: y[point] - top, width: left + distance(2), height: top + distance(3))
    }

    /// The distances of a rectangle's sides from a point, in pixels of the map; at least a hundredth where it lies outside.
    func distances(_ point: Int, to box: Rectangle) -> [Float] {
        let sides = [x[point] - box.x, y[point] - box.y, box.maximumX - x[point], box.maximumY - y[point]]
        return sides.map { Float(max(0.01, $0 / stride[point])) }
    }

    func isWithin(_ box: Rectangle, _ point: Int) -> Bool {
        x[point] > box.x && x[point] < box.maximumX && y[point] > box.y && y[point] < box.maximumY
    }

    /// The point that is nearest to the middle of a box, of the first map where several are.
    func nearest(to box: Rectangle) -> Int {
        let center = box.center
        func distance(_ point: Int) -> Double {
            let (across, down) = (x[point] - center.x, y[point] - center.y)
            return across * across + down * down
        }
        var best = 0
        for point in 0..<count where distance(point) < distance(best) { best = point }
        return best
    }
}
