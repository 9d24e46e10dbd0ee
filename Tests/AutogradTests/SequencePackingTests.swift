import Tensors
import TestKit
import Testing

@testable import Autograd

struct SequencePackingTests {
    @Test func rowsOfSequencesStandBehindEachOther() {
        let x = Tensor((0..<12).map { Float($0) }, shape: [2, 3, 2])
        let packed = packSequences(x, lengths: [1, 3])
        #expect(packed.shape == [4, 2])
        #expect(packed.floats() == [0, 1, 6, 7, 8, 9, 10, 11])
        let unpacked = unpackSequences(packed, lengths: [1, 3], time: 4)
        #expect(unpacked.shape == [2, 4, 2])
        #expect(unpacked.floats() == [0, 1, 0, 0, 0, 0, 0, 0, 6, 7, 8, 9, 10, 11, 0, 0])
    }

    @Test func maskedAreTheRowsBeyondAnEnd() {
        let x = Tensor.random([2, 3, 2, 2])
        var expected = x.floats()
        for index in 4..<12 { expected[index] = 0 }
        #expect(maskSequences(x, lengths: [1, 3]).floats() == expected)
        #expect(maskSequences(x, lengths: [3, 3]).floats() == x.floats())
    }
}
