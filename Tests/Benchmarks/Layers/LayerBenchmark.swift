import Autograd
import Kernels
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Times one convolution, forward, and forward with backward, and prints the median milliseconds of both:
/// `layer-benchmark THREADS ROUNDS BATCH EXTENT CHANNELS OUTPUTS KERNEL STRIDE PADDING GROUPS`.
/// `convolution_benchmark.py` runs it beside PyTorch.
@main
enum LayerBenchmark {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 10 else {
            print("usage: layer-benchmark THREADS ROUNDS BATCH EXTENT CHANNELS OUTPUTS KERNEL STRIDE PADDING GROUPS")
            exit(64)
        }
        Threads.setCount(numbers[0])
        let (rounds, batch, extent, channels, outputs) = (numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
        let (kernel, stride, padding, groups) = (numbers[6], numbers[7], numbers[8], numbers[9])
        let x = tensor([batch, extent, extent, channels])
        let weight = tensor([outputs, channels / groups, kernel, kernel])
        let bias = tensor([outputs])
        func convolve(_ x: Tensor, _ weight: Weight, _ bias: Tensor) -> Tensor {
            convolution2d(
                x, weight, bias: bias, stride: Extent2d(stride), padding: Extent2d(padding), groups: groups)
        }
        let packed = Weight(weight)
        let forward = median(rounds) { _ = convolve(x, packed, bias) }
        final class Key: Sendable {}
        let keys = (0..<3).map { _ in Key() }
        let both = median(rounds) {
            let tape = Tape()
            _ = Tape.$current.withValue(tape) {
                // A new weight, as after every step of an optimizer: packing it counts.
                let weight = Weight(tape.leaf(weight, key: ObjectIdentifier(keys[1])))
                let result = convolve(
                    tape.leaf(x, key: ObjectIdentifier(keys[0])), weight,
                    tape.leaf(bias, key: ObjectIdentifier(keys[2])))
                return tape.gradients(of: sum(result))
            }
        }
        print(forward * 1e3, both * 1e3)
    }

    static func tensor(_ shape: Shape) -> Tensor {
        var random = RandomSource(seed: 1)
        return Tensor((0..<shape.elementCount).map { _ in 2 * random.uniform() - 1 }, shape: shape)
    }

    static func median(_ rounds: Int, _ body: () -> Void) -> Double {
        body()
        let times = (0..<rounds).map { _ in
            let start = seconds()
            body()
            return seconds() - start
        }
        return times.sorted()[rounds / 2]
    }

    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
