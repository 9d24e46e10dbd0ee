import Foundation
import Kernels
import Tensors
import TestKit
import Testing

@testable import Checkpoints

/// Files by the Python package `gguf` (`Tests/Reference/gguf_fixtures.py`).
@Suite struct GGUFFileTests {
    private static func path(_ name: String) -> String { Repository.file("Tests/Fixtures/gguf/\(name)").path }
    private let file: GGUFFile
    private let expected: SafetensorsFile

    init() throws {
        file = try GGUFFile(path: Self.path("blocks.gguf"))
        expected = try SafetensorsFile(path: Self.path("blocks.safetensors"))
    }

    /// Random bytes and scales that are zero, tiny, huge, infinite or no number.
    @Test(
        arguments: KernelLevel.supported,
        ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "F32", "F16", "BF16"])
    func everyTypeDecodesBitForBit(level: KernelLevel, type: String) throws {
        let stored = try #require(file.storedTensor(named: type))
        #expect(stored.type.description == type)
        let reference = try #require(try expected.tensor(named: type))
        try KernelLevel.force(level) {
            let tensor = try #require(try file.tensor(named: type))
            #expect(tensor.shape == reference.shape)
            for (value, wanted) in zip(tensor.floats(), reference.floats()) {
                #expect(value.bitPattern == wanted.bitPattern || value.isNaN && wanted.isNaN, "\(value), not \(wanted)")
            }
        }
    }

    @Test func onlyMatricesOfBlocksStayBlocks() throws {
        let matrix = try #require(try file.quantizedMatrix(named: "Q5_K"))
        #expect(matrix.outputs == 3 && matrix.inputs == 512 && matrix.blockType == .q5K)
        #expect(try file.quantizedMatrix(named: "F16") == nil)
        #expect(try file.quantizedMatrix(named: "cube") == nil)
        #expect(try file.tensor(named: "cube")?.shape == [2, 3, 64])
        #expect(try file.tensor(named: "none") == nil && file.shape(of: "none") == nil)
    }

    @Test func metadataOfEveryTypeIsRead() throws {
        func number(_ type: String) throws -> Double? {
            switch try #require(file.value(of: "value.\(type)")) {
            case .integer(let integer): Double(integer)
            case .number(let number): number
            default: nil
            }
        }
        let numbers: [String: Double] = [
            "uint8": 200, "int8": -100, "uint16": 60_000, "int16": -30_000, "uint32": 4_000_000_000,
            "int32": -2_000_000_000, "uint64": 0x1p64, "int64": -0x1p63, "float32": Double(Float(0.1)), "float64": 0.1,
        ]
        for (type, expected) in numbers {
            #expect(try number(type) == expected, "\(type)")
            guard case .array(let array) = file.value(of: "array.\(type)") else {
                Issue.record("array.\(type) is not an array")
                continue
            }
            #expect(try array.numbers() == [expected, expected], "\(type)")
        }
        guard case .flag(true) = file.value(of: "value.bool"), case .text("Grüße\n€") = file.value(of: "value.string"),
            case .array(let texts) = file.value(of: "array.string"),
            case .array(let nested) = file.value(of: "array.nested")
        else {
            Issue.record("other types than written")
            return
        }
        #expect(try texts.texts() == ["Grüße\n€", "Grüße\n€"])
        let inner = try nested.elements().map { element -> [Int] in
            guard case .array(let array) = element else { return [] }
            return try array.integers()
        }
        #expect(inner == [[1, 2], [3, 4, 5]])
        #expect(throws: GGUFError.self) { _ = try texts.numbers() }
    }
}
