import Checkpoints
import Foundation
import Kernels
import Tensors
import TestKit
import Testing

/// A file made by Tests/Reference/pytorch_fixtures.py.
func pytorchFixture(_ name: String) -> String { Repository.file("Tests/Fixtures/pytorch/\(name)").path }

@Suite("Files of torch.save") struct PyTorchFileTests {
    @Test(
        "every tensor has PyTorch's values, whatever its type and strides",
        arguments: ["state.zip.pth", "state.legacy.pth", "state.protocol4.pth", "state.protocol5.legacy.pth"])
    func values(name: String) throws {
        let file = try PyTorchFile(path: pytorchFixture(name))
        let expected = try SafetensorsFile(path: pytorchFixture("expected.safetensors"))
        #expect(file.names.sorted() == expected.names.sorted())
        #expect(file.names.first == "plain")
        for name in file.names {
            let found = try #require(try file.tensor(named: name))
            let wanted = try #require(try expected.tensor(named: name))
            #expect(found.shape == wanted.shape, "\(name)")
            #expect(file.shape(of: name) == wanted.shape, "\(name)")
            #expect(found.elementType == wanted.elementType, "\(name)")
            let isEqual = found.withUnsafeBytes { a in wanted.withUnsafeBytes { a.elementsEqual($0) } }
            #expect(isEqual, "\(name)")
        }
        #expect(try file.tensor(named: "plain2") == nil)
        #expect(file.shape(of: "plain2") == nil)
    }

    @Test("what the file says of its tensors") func listing() throws {
        let file = try PyTorchFile(path: pytorchFixture("state.zip.pth"))
        let types = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.elementType) })
        #expect(types["half"] == .float16)
        #expect(types["bfloat"] == .bfloat16)
        #expect(types["double"] == .float64)
        #expect(types["int64"] == .signed64)
        #expect(types["bool"] == .bool)
    }

    @Test("archives with wide numbers", arguments: ["small.zip.pth", "small.legacy.pth", "small.zip64.pth"])
    func containers(name: String) throws {
        let file = try PyTorchFile(path: pytorchFixture(name))
        #expect(file.names == ["layer.weight", "layer.bias"])
        #expect(try file.tensor(named: "layer.weight")?.floats() == [0, 1, 2, 3, 4, 5])
        #expect(try file.tensor(named: "layer.bias")?.floats() == [0.5, -0.5])
    }

    @Test("weights inside a training program's state", arguments: ["training.zip.pth", "training.legacy.pth"])
    func wrapped(name: String) throws {
        let file = try PyTorchFile(path: pytorchFixture(name))
        #expect(file.names == ["layer.weight", "layer.bias"])
        #expect(try file.tensor(named: "layer.bias")?.floats() == [0.5, -0.5])
    }

    @Test("attributes of a state dictionary are passed over") func attributes() throws {
        let file = try PyTorchFile(path: pytorchFixture("norm.pth"))
        #expect(file.names == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"])
        #expect(try file.tensor(named: "num_batches_tracked")?.integers() == [0])
    }

    @Test(
        "code is refused by its name",
        arguments: [
            ("malicious.zip.pth", "posix.system"), ("malicious.legacy.pth", "posix.system"),
            ("malicious.protocol4.pth", "posix.system"), ("module.pth", "torch.nn.modules.linear.Linear"),
        ])
    func code(name: String, global: String) {
        let path = pytorchFixture(name)
        #expect(throws: PyTorchError(path: path, .forbiddenGlobal(global))) { try PyTorchFile(path: path) }
    }

    @Test("what is no state dictionary") func others() throws {
        func expect(_ name: String, tensor: String? = nil, _ rule: PyTorchError.Rule) {
            let path = pytorchFixture(name)
            #expect(throws: PyTorchError(path: path, tensor: tensor, rule)) { try PyTorchFile(path: path) }
        }
        let path = pytorchFixture("compressed.pth")
        let error = #expect(throws: PyTorchError.self) { try PyTorchFile(path: path) }
        guard case .compressedEntry? = error?.rule else {
            Issue.record("\(String(describing: error))")
            return
        }
        expect("list.pth", .noStateDictionary(found: "a list"))
        expect("expanded.pth", tensor: "x", .moreThanStorage(shape: [1000, 1000], count: 1))
        expect(
            "expected.safetensors",
            .notPyTorch(
                firstBytes: Array(try Data(contentsOf: URL(filePath: pytorchFixture("expected.safetensors"))).prefix(4))
            ))
        let file = try PyTorchFile(path: pytorchFixture("large.pth"))
        #expect(
            throws: PyTorchError(
                path: file.path, tensor: "x", .integerDoesNotFit(index: 1, value: 1 << 31))
        ) { try file.tensor(named: "x") }
    }

    @Test("other names for a model") func renamed() throws {
        let file = try PyTorchFile(path: pytorchFixture("small.zip.pth"))
        let renamed = RenamedTensors(file, names: ["layer.weight": "head.weight"])
        #expect(renamed.names == ["head.weight", "layer.bias"])
        #expect(renamed.shape(of: "head.weight") == [2, 3])
        #expect(renamed.shape(of: "layer.weight") == nil)
        #expect(try renamed.tensor(named: "head.weight")?.floats() == [0, 1, 2, 3, 4, 5])
        #expect(try renamed.tensor(named: "layer.bias")?.floats() == [0.5, -0.5])
    }
}
