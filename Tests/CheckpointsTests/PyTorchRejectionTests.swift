import Checkpoints
import Foundation
import Tensors
import Testing

/// Files put together by hand, each with one thing wrong.
@Suite("What a file of torch.save may not be") struct PyTorchRejectionTests {
    /// The older container around one pickle, with storages of the given bytes.
    private struct Legacy {
        var pickle: [UInt8]
        var keys: [UInt8] = [0x80, 2, 0x5D] + text("0") + [0x61, 0x2E]
        var storages: [UInt8] = integer(6) + [UInt8](repeating: 0, count: 24)
        var version: [UInt8] = [0x4D, 0xE9, 0x03]

        /// Without storages.
        static func bare(_ pickle: [UInt8]) -> Legacy {
            Legacy(pickle: [0x80, 2] + pickle + [0x2E], keys: [0x80, 2, 0x5D, 0x2E], storages: [])
        }

        var bytes: [UInt8] {
            [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
                + [0x80, 2] + version + [0x2E, 0x80, 2, 0x7D, 0x2E] + pickle + keys + storages
        }

        func open() throws -> PyTorchFile {
            try bytes.withUnsafeBytes { try PyTorchFile(MappedFile(copying: $0, path: "m.pth")) }
        }

        static func integer(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

        static func number(_ value: Int32) -> [UInt8] {
            [0x4A] + withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }

        static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }

        static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

        static func storage(
            type: String = "FloatStorage", key: String = "0", count: Int32 = 6, view: [UInt8] = []
        ) -> [UInt8] {
            [0x28] + text("storage") + global("torch", type) + text(key) + text("cpu") + number(count) + view
                + [0x74, 0x51]
        }

        static func tensor(
            storage: [UInt8] = storage(), offset: Int32 = 0, shape: [Int32] = [2, 3], strides: [Int32] = [3, 1]
        ) -> [UInt8] {
            func tuple(_ values: [Int32]) -> [UInt8] { [0x28] + values.flatMap { number($0) } + [0x74] }
            return global("torch._utils", "_rebuild_tensor_v2") + [0x28] + storage + number(offset) + tuple(shape)
                + tuple(strides) + [0x89, 0x74, 0x52]
        }

        /// A dictionary with `entries`, which are pairs of a name and a tensor.
        static func dictionary(_ entries: (String, [UInt8])...) -> [UInt8] {
            [0x80, 2, 0x7D, 0x28] + entries.flatMap { text($0.0) + $0.1 } + [0x75, 0x2E]
        }
    }

    private func expect(
        _ file: Legacy, tensor: String? = nil, _ rule: PyTorchError.Rule, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: PyTorchError(path: "m.pth", tensor: tensor, rule), sourceLocation: location) {
            try file.open()
        }
    }

    private func expect(
        _ tensor: [UInt8], _ rule: PyTorchError.Rule, _ location: SourceLocation = #_sourceLocation
    ) {
        expect(Legacy(pickle: Legacy.dictionary(("w", tensor))), tensor: "w", rule, location)
    }

    @Test("the file that the others are made from is accepted") func valid() throws {
        let file = try Legacy(pickle: Legacy.dictionary(("w", Legacy.tensor()))).open()
        #expect(file.names == ["w"])
        #expect(file.shape(of: "w") == [2, 3])
    }

    @Test("tensors that leave their storage") func tensors() {
        func outside(_ shape: [Int32], _ strides: [Int32], _ offset: Int32) {
            expect(
                Legacy.tensor(offset: offset, shape: shape, strides: strides),
                .outsideStorage(
                    shape: shape.map(Int.init), strides: strides.map(Int.init), offset: Int(offset), count: 6))
        }
        outside([2, 3], [3, 1], 1)
        outside([2, 3], [4, 1], 0)
        outside([2, 3], [.max, .max], 0)
        outside([2, 3], [3, -1], 2)
        outside([2, 3], [3, 1], -1)
        outside([1], [1], 6)
        outside([0, 3], [3, 1], 7)
        expect(Legacy.tensor(shape: [7], strides: [0]), .moreThanStorage(shape: [7], count: 6))
        expect(
            Legacy.tensor(shape: [.max, .max, .max], strides: [0, 0, 0]),
            .moreThanStorage(shape: [Int](repeating: Int(Int32.max), count: 3), count: 6))
        expect(Legacy.tensor(shape: [2, -3]), .unsupportedShape([2, -3]))
        expect(
            Legacy.tensor(shape: [1, 1, 1, 1, 1, 1, 1], strides: [1, 1, 1, 1, 1, 1, 1]),
            .unsupportedShape([1, 1, 1, 1, 1, 1, 1]))
        expect(Legacy.tensor(strides: [1]), .wrongStrideCount(shape: [2, 3], strides: [1]))
    }

    @Test("storages that are not what the pickle says") func storages() {
        expect(
            Legacy.tensor(storage: Legacy.storage(count: 7)), .storageSize(key: "0", expected: 28, stored: 24))
        expect(
            Legacy.tensor(storage: Legacy.storage(count: -1)), .storageSize(key: "0", expected: -4, stored: 24))
        expect(
            Legacy(
                pickle: Legacy.dictionary(
                    ("v", Legacy.tensor()), ("w", Legacy.tensor(storage: Legacy.storage(type: "IntStorage"))))),
            tensor: "w", .storageTypes(key: "0"))
        expect(
            Legacy(pickle: Legacy.dictionary(("w", Legacy.tensor(storage: Legacy.storage(view: [0x28, 0x74]))))),
            .storageIsView(key: "0"))
        var file = Legacy(pickle: Legacy.dictionary(("w", Legacy.tensor())))
        file.keys = [0x80, 2, 0x5D, 0x2E]
        file.storages = []
        expect(file, tensor: "w", .unknownStorage("0"))
        file = Legacy(pickle: Legacy.dictionary(("w", Legacy.tensor())))
        file.storages += [1, 2]
        expect(file, .bytesAfterEnd(count: 2))
        file.storages = Legacy.integer(.max)
        #expect(throws: PyTorchError.self) { try file.open() }
        file.version = [0x4D, 0xEA, 0x03]
        expect(file, .unsupportedVersion(1002))
    }

    @Test(
        "names that run code, in every spelling",
        arguments: [("os", "system"), ("builtins", "eval"), ("torch", "load"), ("torch.FloatStorage", "_new_shared")])
    func globals(module: String, name: String) {
        expect(
            Legacy(pickle: [0x80, 2] + Legacy.global(module, name) + [0x29, 0x52, 0x2E]),
            .forbiddenGlobal("\(module).\(name)"))
        expect(
            Legacy(pickle: [0x80, 4] + Legacy.text(module) + Legacy.text(name) + [0x93, 0x29, 0x52, 0x2E]),
            .forbiddenGlobal("\(module).\(name)"))
    }

    @Test(
        "operations that state dictionaries do not need",
        arguments: Array("iobRPSILFVgp\u{81}\u{92}\u{82}".unicodeScalars))
    func operations(code: Unicode.Scalar) {
        let file = Legacy(pickle: [0x80, 2, UInt8(code.value), 0x2E])
        #expect(throws: PyTorchError.self) { try file.open() }
    }

    @Test("calls of what is not called so") func calls() {
        for call in [
            Legacy.global("torch", "FloatStorage") + [0x29, 0x52], Legacy.global("torch", "float16") + [0x29, 0x52],
            Legacy.global("torch", "Size") + [0x29, 0x52],
            Legacy.global("torch._utils", "_rebuild_tensor_v2") + [0x29, 0x52],
            Legacy.global("torch._utils", "_rebuild_parameter") + [0x29, 0x52],
            Legacy.global("collections", "OrderedDict") + [0x5D, 0x4E, 0x61, 0x85, 0x52],
            [0x4E, 0x51], [0x7D, 0x4E, 0x62], [0x4E, 0x7D, 0x62], [0x4E, 0x4E, 0x61], [0x7D, 0x4E, 0x85, 0x52],
        ] as [[UInt8]] {
            let error = #expect(throws: PyTorchError.self) { try Legacy(pickle: [0x80, 2] + call + [0x2E]).open() }
            guard case .unexpectedValue? = error?.rule else {
                Issue.record("\(call): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("a stack, a mark or a memo that is not there") func stack() {
        func rule(_ code: [UInt8]) -> PyTorchError.Rule? {
            let error = #expect(throws: PyTorchError.self) { try Legacy(pickle: [0x80, 2] + code + [0x2E]).open() }
            return error?.rule
        }
        for code in [[0x30], [0x85], [0x28, 0x4E, 0x28, 0x30], [0x71, 0], []] as [[UInt8]] {
            guard case .emptyStack? = rule(code) else {
                Issue.record("\(code)")
                continue
            }
        }
        guard case .missingMark? = rule([0x74]), case .missingMemo(3, _)? = rule([0x68, 3]) else {
            Issue.record("a mark or a memo")
            return
        }
    }

    @Test("a container in itself, and very deep ones") func depth() {
        // A dictionary that is its own `model`.
        let inner = Legacy.text("model") + [0x68, 0, 0x73]
        expect(
            Legacy.bare([0x7D, 0x71, 0] + inner), .noStateDictionary(found: "a dictionary"))
        let count = 200_000
        let deep = [UInt8](repeating: 0x5D, count: count) + [UInt8](repeating: 0x61, count: count - 1)
        expect(Legacy.bare(deep), .noStateDictionary(found: "a list"))
        expect(
            Legacy(pickle: [0x80, 2] + [UInt8](repeating: 0x4E, count: (1 << 20) + 1) + [0x2E]),
            .tooManyValues(limit: 1 << 20))
    }

    @Test("a list that is doubled again and again") func doubling() {
        // Forty times a tuple of two of the one before, then as many names for a list of them.
        let tuples = [UInt8](repeating: 0, count: 40).flatMap { _ in [0x32, 0x86] as [UInt8] }
        expect(Legacy.bare([0x29] + tuples), .noStateDictionary(found: "a list"))
    }

    @Test("cut anywhere", arguments: ["small.zip.pth", "small.legacy.pth", "small.zip64.pth"])
    func truncation(name: String) throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: pytorchFixture(name))))
        for count in 1..<bytes.count {
            #expect(throws: PyTorchError.self, "cut at \(count)") {
                try bytes[..<count].withUnsafeBytes { try PyTorchFile(MappedFile(copying: $0, path: "m.pth")) }
            }
        }
    }
}
