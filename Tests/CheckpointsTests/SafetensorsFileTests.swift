import Checkpoints
import Kernels
import Parameters
import Tensors
import Testing

@Suite struct SafetensorsFileTests {
    private func open(_ header: String, _ data: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsBytes.file(header: header, data: data).withUnsafeBytes {
            try SafetensorsFile(MappedFile(copying: $0, path: "m.safetensors"))
        }
    }

    private func bytes<Value>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    @Test("an empty model is valid") func empty() throws {
        let file = try open("{}     ", [])
        #expect(file.names.isEmpty)
        #expect(file.metadata.isEmpty)
    }

    @Test("tensors, scalars and empty tensors in any order of the header") func tensors() throws {
        let header =
            "{\(SafetensorsBytes.entry("b", "F16", "[3]", "[4,10]")),\"__metadata__\":{\"format\":\"pt\",\"Größe\":\"x\"},"
            + "\(SafetensorsBytes.entry("nothing", "F32", "[2,0,3]", "[4,4]")),"
            + "\(SafetensorsBytes.entry("a", "F32", "[]", "[0,4]"))}"
        let file = try open(header, bytes([Float(2.5)]) + bytes([Float16(1), -2, 0.5]))
        #expect(file.names == ["a", "nothing", "b"])
        #expect(file.metadata == ["format": "pt", "Größe": "x"])
        #expect(file.shape(of: "b") == [3])
        #expect(file.shape(of: "c") == nil)
        #expect(try file.tensor(named: "c") == nil)
        #expect(try file.tensor(named: "a")?.scalar == 2.5)
        let half = try #require(try file.tensor(named: "b"))
        #expect(half.elementType == .float16)
        #expect(half.floats() == [1, -2, 0.5])
        #expect(try file.tensor(named: "nothing")?.floats() == [])
    }

    @Test("wide types are narrowed, integers only where they fit") func conversions() throws {
        let header =
            "{\(SafetensorsBytes.entry("d", "F64", "[2]", "[0,16]")),\(SafetensorsBytes.entry("i", "I64", "[2]", "[16,32]")),"
            + "\(SafetensorsBytes.entry("j", "I64", "[2]", "[32,48]")),\(SafetensorsBytes.entry("k", "I32", "[2]", "[48,56]")),"
            + "\(SafetensorsBytes.entry("h", "BF16", "[2]", "[56,60]"))}"
        let data =
            bytes([1.5, -2.25]) + bytes([Int64(-7), 2_147_483_647]) + bytes([Int64(0), 2_147_483_648])
            + bytes([Int32(4), -5]) + bytes([UInt16(0x3F80), 0xC000])
        let file = try open(header, data)
        #expect(try file.tensor(named: "d")?.floats() == [1.5, -2.25])
        #expect(try file.tensor(named: "i")?.integers() == [-7, 2_147_483_647])
        #expect(try file.tensor(named: "k")?.integers() == [4, -5])
        #expect(try file.tensor(named: "h")?.floats() == [1, -2])
        #expect(
            throws: SafetensorsError(
                path: "m.safetensors", tensor: "j", .integerDoesNotFit(index: 1, value: 2_147_483_648))
        ) { try file.tensor(named: "j") }
    }

    @Test("other types are listed, and refused as tensors", arguments: StoredElementType.allCases)
    func elementTypes(type: StoredElementType) throws {
        let byteCount = 8 * type.bitCount / 8
        let file = try open(
            "{\(SafetensorsBytes.entry("w", type.rawValue, "[8]", "[0,\(byteCount)]"))}",
            [UInt8](repeating: 0, count: byteCount))
        #expect(file.storedTensor(named: "w")?.elementType == type)
        let isUsable = [.float32, .float16, .bfloat16, .float64, .signed32, .signed64].contains(type)
        if isUsable {
            #expect(try file.tensor(named: "w")?.elementCount == 8)
        } else {
            #expect(throws: SafetensorsError(path: "m.safetensors", tensor: "w", .unsupportedElementType(type))) {
                try file.tensor(named: "w")
            }
        }
    }

    @Test("values that are not finite are found in every floating-point type") func nonFinite() throws {
        let header =
            "{\(SafetensorsBytes.entry("a", "F32", "[3]", "[0,12]")),\(SafetensorsBytes.entry("b", "F16", "[2]", "[12,16]")),"
            + "\(SafetensorsBytes.entry("c", "BF16", "[2]", "[16,20]")),\(SafetensorsBytes.entry("d", "F32", "[1]", "[20,24]")),"
            + "\(SafetensorsBytes.entry("e", "I32", "[1]", "[24,28]"))}"
        let data =
            bytes([Float(1), .infinity, .nan]) + bytes([Float16.greatestFiniteMagnitude, -Float16.infinity])
            + bytes([UInt16(0x7F81), 0x7F7F]) + bytes([Float.greatestFiniteMagnitude]) + bytes([Int32(-1)])
        let file = try open(header, data)
        #expect(
            try file.nonFiniteValues() == [
                NonFiniteValues(tensor: "a", count: 2, firstIndex: 1),
                NonFiniteValues(tensor: "b", count: 1, firstIndex: 1),
                NonFiniteValues(tensor: "c", count: 1, firstIndex: 0),
            ])
    }
}
