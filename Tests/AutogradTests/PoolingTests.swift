import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

struct PoolingTests {
    private struct Pooling {
        let kernel: Extent2d
        let stride: Extent2d
        let padding: Extent2d
    }

    private let poolings = [
        Pooling(kernel: 2, stride: 2, padding: 0), Pooling(kernel: 3, stride: 2, padding: 1),
        Pooling(
            kernel: Extent2d(height: 1, width: 4), stride: Extent2d(height: 3, width: 1),
            padding: Extent2d(height: 0, width: 2)),
    ]

    /// The elements under each window, absent ones left out.
    private func windows(_ x: Tensor, _ pooling: Pooling) -> (shape: Shape, members: [[Float]]) {
        let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
        let rows = (height + 2 * pooling.padding.height - pooling.kernel.height) / pooling.stride.height + 1
        let columns = (width + 2 * pooling.padding.width - pooling.kernel.width) / pooling.stride.width + 1
        let values = x.floats()
        var members: [[Float]] = []
        for image in 0..<x.shape[0] {
            for y in 0..<rows {
                for column in 0..<columns {
                    for channel in 0..<channels {
                        var window: [Float] = []
                        for ky in 0..<pooling.kernel.height {
                            for kx in 0..<pooling.kernel.width {
                                let row = y * pooling.stride.height + ky - pooling.padding.height
                                let place = column * pooling.stride.width + kx - pooling.padding.width
                                if (0..<height).contains(row) && (0..<width).contains(place) {
                                    window.append(
                                        values[((image * height + row) * width + place) * channels + channel])
                                }
                            }
                        }
                        members.append(window)
                    }
                }
            }
        }
        return ([x.shape[0], rows, columns, channels], members)
    }

    @Test(arguments: KernelLevel.supported)
    func agreesWithItsDefinition(level: KernelLevel) {
        KernelLevel.force(level) {
            for (pooling, channels) in zip(poolings, [1, 17, 35]) {
                let x = Tensor.random([2, 7, 9, channels])
                let (shape, members) = windows(x, pooling)
                let largest = maximumPool2d(
                    x, kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding)
                #expect(largest.shape == shape)
                #expect(largest.floats() == members.map { $0.max() ?? .nan })
                let count = Float(pooling.kernel.count)
                expectNear(
                    averagePool2d(x, kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding),
                    members.map { $0.reduce(0, +) / count })
                expectNear(
                    averagePool2d(
                        x, kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding,
                        countsPadding: false),
                    members.map { $0.reduce(0, +) / Float($0.count) })
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func aMaximumIsNaNWhereThereIsOne(level: KernelLevel) {
        KernelLevel.force(level) {
            for channels in [1, 16, 18] {
                var values = [Float](repeating: 1, count: 4 * channels)
                values[channels] = .nan
                values[2 * channels] = .infinity
                let result = maximumPool2d(Tensor(values, shape: [1, 2, 2, channels]), kernel: 2).floats()
                #expect(result[0].isNaN)
                #expect(result.dropFirst().allSatisfy { $0 == 1 })
            }
        }
    }

    @Test func globalMeansAreThoseOfAllPixels() {
        let x = Tensor([1, 10, 2, 20, 3, 30, 6, 60] as [Float], shape: [1, 2, 2, 2])
        expectClose(globalAveragePool(x), Tensor([3, 30] as [Float], shape: [1, 2]))
        expectClose(adaptiveAveragePool2d(x, output: 1), Tensor([3, 30] as [Float], shape: [1, 1, 1, 2]))
    }

    @Test func resizingToTheSameSizeChangesNothing() {
        let x = Tensor.random([2, 5, 4, 3])
        for resampling in [
            Resampling.nearest, .nearestCenter, .bilinear(alignsCorners: false), .bilinear(alignsCorners: true),
            .bicubic,
        ] {
            #expect(resize(x, to: Extent2d(height: 5, width: 4), resampling).floats() == x.floats())
        }
    }

    @Test func axesArePaddedFlippedAndTiled() {
        let x = Tensor([1, 2, 3] as [Float], shape: [3])
        #expect(pad(x, axis: 0, before: 2, after: 1).floats() == [0, 0, 1, 2, 3, 0])
        #expect(pad(x, axis: 0, before: 2, after: 1, mode: .reflect).floats() == [3, 2, 1, 2, 3, 2])
        #expect(pad(x, axis: 0, before: 2, after: 1, mode: .replicate).floats() == [1, 1, 1, 2, 3, 3])
        #expect(flip(x, axis: 0).floats() == [3, 2, 1])
        #expect(tile(x, axis: 0, count: 2).floats() == [1, 2, 3, 1, 2, 3])
    }

    /// Narrow axes are moved by whole runs, wide ones place by place; both are what the formula says.
    @Test(arguments: [1, 3, 70]) func runsOfPlacesAreTheirPlaces(inner: Int) {
        let x = Tensor.random([5, 7, inner])
        let values = x.floats()
        let padded = pad(x, axis: 1, before: 4, after: 2).floats()
        let mirrored = pad(x, axis: 1, before: 2, after: 3, mode: .reflect).floats()
        for row in 0..<5 {
            for (places, result) in [
                ([nil, nil, nil, nil, 0, 1, 2, 3, 4, 5, 6, nil, nil] as [Int?], padded),
                ([2, 1, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3] as [Int?], mirrored),
            ] {
                for (index, place) in places.enumerated() {
                    for column in 0..<inner {
                        let found = result[(row * places.count + index) * inner + column]
                        #expect(found == (place.map { values[(row * 7 + $0) * inner + column] } ?? 0))
                    }
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func reductionsOverAnyAxis(level: KernelLevel) {
        KernelLevel.force(level) {
            let x = Tensor.random([3, 5, 19])
            let values = x.floats()
            for axis in 0..<3 {
                let (extent, inner) = (x.shape[axis], x.shape.dropFirst(axis + 1).reduce(1, *))
                let runs = (0..<x.elementCount / extent).map { index in
                    (0..<extent).map { values[(index / inner * extent + $0) * inner + index % inner] }
                }
                expectNear(sum(x, axis: axis), runs.map { $0.reduce(0, +) })
                expectNear(mean(x, axis: axis), runs.map { $0.reduce(0, +) / Float(extent) })
                #expect(max(x, axis: axis).floats() == runs.map { $0.max() ?? .nan })
                #expect(min(x, axis: axis).floats() == runs.map { $0.min() ?? .nan })
                let variances = runs.map { run in
                    let mean = run.reduce(0, +) / Float(extent)
                    return run.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(extent - 1)
                }
                expectNear(variance(x, axis: axis, keepsAxis: true), variances)
            }
            #expect(sum(x, axes: [0, 2]).shape == [5])
            #expect(mean(x, axes: [2, 1], keepsAxes: true).shape == [3, 1, 1])
        }
    }
}
