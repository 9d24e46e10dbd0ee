import Checkpoints
import Foundation
import Kernels
import Tensors
import TestKit
import Testing

@Suite struct SafetensorsWriterTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private let tensors: [String: Tensor] = [
        "z.weight": Tensor([1, -2, 3.5, .pi, 5, 6], shape: [2, 3]),
        "a.half": Tensor([0.5, 1, 2], shape: [3]).converted(to: .float16),
        "m.brain": Tensor([-1, 256, 1e20], shape: [3, 1]).converted(to: .bfloat16),
        "ids": Tensor([7, -8] as [Int32], shape: [2]),
        "scalar \"quoted\\\"": Tensor([42.0], shape: []),
        "empty": Tensor([] as [Float], shape: [0, 4]),
    ]

    @Test("what was written is read again") func roundTrip() throws {
        let path = folder.path("model.safetensors")
        try SafetensorsWriter.write(tensors, metadata: ["step": "3", "note": "tab\tand ü"], to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["step": "3", "note": "tab\tand ü"])
        #expect(Set(file.names) == Set(tensors.keys))
        for (name, tensor) in tensors {
            let read = try #require(try file.tensor(named: name))
            #expect(read.shape == tensor.shape)
            #expect(read.elementType == tensor.elementType)
            #expect(read.withUnsafeBytes { Array($0) } == tensor.withUnsafeBytes { Array($0) })
        }
        #expect(try folder.names == ["model.safetensors"])
    }

    /// `checkpoint_fixtures.py --check` opens that file with Python's `safetensors` and prints these values.
    @Test("the bytes are those that Python's safetensors was seen to open") func fixedBytes() throws {
        let path = folder.path("written.safetensors")
        try SafetensorsWriter.write(tensors, metadata: ["format": "pt", "note": "tab\tand ü"], to: path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: fixture("written.safetensors")))
    }

    @Test("data begins at a multiple of 64, every tensor at one of its element's size") func alignment() throws {
        let path = folder.path("model.safetensors")
        for extra in stride(from: 0, to: 70, by: 7) {
            try SafetensorsWriter.write(tensors, metadata: ["x": String(repeating: "x", count: extra)], to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.tensors.first.map { $0.byteRange.lowerBound % 64 } == 0)
            for tensor in file.tensors { #expect(tensor.byteRange.lowerBound % (tensor.elementType.bitCount / 8) == 0) }
        }
    }

    @Test("the same tensors give the same bytes, however they come") func determinism() throws {
        let declarations = tensors.map {
            SafetensorsWriter.Declaration(name: $0.key, shape: $0.value.shape, elementType: $0.value.elementType)
        }
        let first = folder.path("a.safetensors")
        try SafetensorsWriter.write(tensors, to: first)
        for attempt in 0..<5 {
            let path = folder.path("b\(attempt).safetensors")
            try SafetensorsWriter.write(declarations.shuffled(), to: path) { tensors[$0]! }
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: first)))
        }
    }

    @Test("a failure in the middle leaves the old file and nothing else") func atomicity() throws {
        struct Failure: Error {}
        let path = folder.path("model.safetensors")
        try SafetensorsWriter.write(["w": Tensor([1.0], shape: [1])], to: path)
        let before = try Data(contentsOf: URL(filePath: path))
        let declarations = ["a", "b"].map {
            SafetensorsWriter.Declaration(name: $0, shape: [1], elementType: .float32)
        }
        #expect(throws: Failure.self) {
            try SafetensorsWriter.write(declarations, to: path) { name in
                if name == "b" { throw Failure() }
                return Tensor([1.0], shape: [1])
            }
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        #expect(try folder.names == ["model.safetensors"])
    }

    @Test("names that no reader would take are refused") func names() throws {
        let path = folder.path("model.safetensors")
        let tensor = Tensor([1.0], shape: [1])
        for (name, rule) in [
            ("", SafetensorsError.Rule.emptyName), ("__metadata__", .reservedName), ("a\n", .controlCharacterInName),
            (String(repeating: "n", count: 1_025), .nameTooLong(byteCount: 1_025, limit: 1_024)),
        ] {
            #expect(throws: SafetensorsError(path: path, tensor: name, rule)) {
                try SafetensorsWriter.write([name: tensor], to: path)
            }
        }
        let twice = [
            SafetensorsWriter.Declaration(name: "w", shape: [1], elementType: .float32),
            SafetensorsWriter.Declaration(name: "w", shape: [1], elementType: .float32),
        ]
        #expect(throws: SafetensorsError(path: path, tensor: "w", .duplicateTensor)) {
            try SafetensorsWriter.write(twice, to: path) { _ in tensor }
        }
        #expect(try folder.names == [])
    }

    @Test("a folder that does not exist, or is a file, is named") func unwritable() throws {
        let missing = folder.path("none/model.safetensors")
        #expect(throws: FileError(path: missing, .cannotWrite(code: ENOENT))) {
            try SafetensorsWriter.write(["w": Tensor([1.0], shape: [1])], to: missing)
        }
        try folder.write("x", to: "file")
        let below = folder.path("file/model.safetensors")
        #expect(throws: FileError(path: below, .cannotWrite(code: ENOTDIR))) {
            try SafetensorsWriter.write(["w": Tensor([1.0], shape: [1])], to: below)
        }
    }
}
