import Foundation
import Kernels
import Tensors
import TestKit
import Testing

@testable import Checkpoints

/// Files of ours, read back; blocks against the Python package `gguf` (`Tests/Reference/gguf_fixtures.py`).
@Suite struct GGUFWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Ties, zeros, the same magnitude with both signs, huge and tiny values.
    @Test(arguments: KernelLevel.supported, [BlockType.q80, .q40])
    func blocksAreThoseOfPythonByteForByte(level: KernelLevel, type: BlockType) throws {
        let expected = try SafetensorsFile(path: Repository.file("Tests/Fixtures/gguf/blocks.safetensors").path)
        let source = try #require(try expected.tensor(named: "source"))
        let stored = try #require(expected.storedTensor(named: "source.\(type)"))
        let file = try MappedFile(path: expected.path)
        try KernelLevel.force(level) {
            let path = folder.path("\(type)-\(level).gguf")
            try GGUFWriter.write(
                metadata: [], [.init(name: "source", shape: Array(source.shape), type: .blocks(type))], to: path
            ) { _ in source }
            let written = try GGUFFile(path: path)
            let range = try #require(written.storedTensor(named: "source")).byteRange
            #expect(Array(written.file.bytes[range]) == Array(file.bytes[stored.byteRange]))
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let metadata: [(key: String, value: GGUFWriter.Value)] = [
            ("a.number", .uint32(4_000_000_000)), ("a.fraction", .float32(0.1)), ("a.flag", .flag(true)),
            ("a.text", .text("Grüße\n€")), ("texts", .texts(["", "e\u{301}", "é"])), ("numbers", .int32s([-1, 7])),
            ("fractions", .float32s([-1e9, 0.5])), ("nothing", .texts([])),
        ]
        let values = (0..<15).map { Float($0) / 3 }
        let tensors: [String: Tensor] = [
            "floats": Tensor(values, shape: [3, 5]), "halves": Tensor(values, shape: [5, 3]),
            "short": Tensor(values, shape: [15]).converted(to: .bfloat16),
        ]
        let path = folder.path("all.gguf")
        var asked: [String] = []
        try GGUFWriter.write(
            metadata: metadata,
            [
                .init(name: "floats", shape: [3, 5], type: .float32),
                .init(name: "halves", shape: [5, 3], type: .float16),
                .init(name: "short", shape: [15], type: .bfloat16),
            ], to: path
        ) { name in
            asked.append(name)
            return try #require(tensors[name])
        }
        #expect(asked == ["floats", "halves", "short"])
        let file = try GGUFFile(path: path)
        #expect(file.version == 3 && file.metadata.map(\.key) == metadata.map(\.key))
        #expect(file.tensors.allSatisfy { $0.byteRange.lowerBound.isMultiple(of: 32) })
        #expect(try file.tensor(named: "floats")?.floats() == values && file.shape(of: "floats") == [3, 5])
        #expect(
            try file.tensor(named: "halves")?.floats() == Tensor(values, shape: [15]).converted(to: .float16).floats())
        #expect(try file.tensor(named: "short")?.floats() == tensors["short"]?.floats())
        guard case .integer(4_000_000_000) = file.value(of: "a.number"),
            case .number(let fraction) = file.value(of: "a.fraction"), fraction == Double(Float(0.1)),
            case .flag(true) = file.value(of: "a.flag"), case .text("Grüße\n€") = file.value(of: "a.text"),
            case .array(let texts) = file.value(of: "texts"), case .array(let numbers) = file.value(of: "numbers"),
            case .array(let fractions) = file.value(of: "fractions"),
            case .array(let nothing) = file.value(of: "nothing")
        else {
            Issue.record("other values than written")
            return
        }
        #expect(try texts.texts().map { Array($0.utf8) } == ["", "e\u{301}", "é"].map { Array($0.utf8) })
        #expect(try numbers.integers() == [-1, 7] && fractions.numbers() == [-1e9, 0.5] && nothing.count == 0)
    }

    @Test(arguments: [
        (GGUFTensorType.float16, Float(65_520)), (.float16, .nan), (.blocks(.q80), .infinity),
        (.blocks(.q40), 600_000), (.blocks(.q80), 9e6),
    ])
    func whatDoesNotFitIsRefusedAndLeavesNothing(type: GGUFTensorType, value: Float) throws {
        let path = folder.path("model.gguf")
        #expect(
            throws: GGUFError(path: path, .tensor("w"), .notWritable(count: 1, type: type.description))
        ) {
            try GGUFWriter.write(metadata: [], [.init(name: "w", shape: [1, 32], type: type)], to: path) { _ in
                Tensor([value] + [Float](repeating: 1, count: 31), shape: [1, 32])
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        // The largest that fits.
        try GGUFWriter.write(metadata: [], [.init(name: "w", shape: [1, 32], type: type)], to: path) { _ in
            Tensor([65_504] + [Float](repeating: 1, count: 31), shape: [1, 32])
        }
        #expect(try GGUFFile(path: path).tensor(named: "w")?.floats()[0].isFinite == true)
        #expect(throws: FileError(path: path, .alreadyExists)) {
            try GGUFWriter.write(metadata: [], [], to: path) { _ in Tensor([0] as [Float], shape: [1]) }
        }
    }

    @Test func namesThatOccurTwiceAreRefused() {
        let path = folder.path("model.gguf")
        #expect(throws: GGUFError(path: path, .key("a"), .duplicate)) {
            try GGUFWriter.write(metadata: [("a", .flag(true)), ("a", .flag(true))], [], to: path) { _ in
                Tensor([0] as [Float], shape: [1])
            }
        }
        #expect(throws: GGUFError(path: path, .tensor(""), .emptyName)) {
            try GGUFWriter.write(metadata: [], [.init(name: "", shape: [1], type: .float32)], to: path) { _ in
                Tensor([0] as [Float], shape: [1])
            }
        }
    }
}
