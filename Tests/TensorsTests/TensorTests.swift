import Kernels
import Testing

@testable import Tensors

struct TensorTests {
    @Test func keepsValuesInRowMajorOrder() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.floats() == [1, 2, 3, 4, 5, 6])
        #expect(tensor.leadingSlice(1..<2).floats() == [4, 5, 6])
        #expect(tensor.leadingSlice(1..<2).shape == [1, 3])
        #expect(tensor.viewed(as: [3, 2]).floats() == tensor.floats())
    }

    @Test func viewsShareStorage() {
        let tensor = Tensor(repeating: 2, shape: [4, 8])
        #expect(tensor.viewed(as: [32]).storage === tensor.storage)
        #expect(tensor.leadingSlice(1..<3).storage === tensor.storage)
    }

    @Test func emptyTensorsAreLegal() {
        let tensor = Tensor([] as [Float], shape: [0, 5])
        #expect(tensor.elementCount == 0)
        #expect(tensor.floats().isEmpty)
    }

    @Test func scalarsHaveAnEmptyShape() {
        #expect(Tensor([7] as [Float], shape: []).scalar == 7)
    }

    @Test func viewsForeignBytesWhateverTheirAlignment() {
        final class Owner: Sendable {}
        let bytes: [UInt8] = [0xFF, 0x00, 0x3C, 0x00, 0xC0, 0x01]  // 1 and -2 as float16, one byte off
        bytes.withUnsafeBytes { buffer in
            let slice = UnsafeRawBufferPointer(rebasing: buffer[1..<5])
            let tensor = Tensor(shape: [2], elementType: .float16, viewing: slice, owner: Owner())
            #expect(tensor.floats() == [1, -2])
        }
    }

    @Test(arguments: [ElementType.float16, .bfloat16])
    func convertsToSixteenBitsAndBack(type: ElementType) {
        let values: [Float] = [0, -0.0, 1, -1.5, 65_504, 1e-3, .infinity, -.infinity]
        let tensor = Tensor(values, shape: [values.count])
        let back = tensor.converted(to: type).floats()
        for (value, result) in zip(values, back) {
            let tolerance: Float = type == .float16 ? 0x1p-11 : 0x1p-8
            #expect(value == result || abs(value - result) <= tolerance * abs(value))
        }
        #expect(Tensor([.nan] as [Float], shape: [1]).converted(to: type).floats()[0].isNaN)
    }

    @Test func roundsToNearestEven() {
        // 1 + 2⁻⁸ lies between two bfloat16 numbers; the even one is 1.
        #expect(Tensor([1 + 0x1p-8] as [Float], shape: [1]).converted(to: .bfloat16).floats() == [1])
        #expect(Tensor([1 + 3 * 0x1p-8] as [Float], shape: [1]).converted(to: .bfloat16).floats() == [1 + 0x1p-6])
    }

    @Test func describesShapes() {
        #expect(String(describing: Shape([2, 3])) == "[2, 3]")
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([2, 3]) != Shape([2, 3, 1]))
    }
}
