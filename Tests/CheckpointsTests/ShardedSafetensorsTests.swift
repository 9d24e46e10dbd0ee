import Checkpoints
import Foundation
import JSON
import Parameters
import Tensors
import TestKit
import Testing

@Suite struct ShardedSafetensorsTests {
    private let folder: TemporaryFolder
    private let indexName = "model.safetensors.index.json"

    /// Two files: `a` and `b` in the first, `c` in the second.
    init() throws {
        folder = try TemporaryFolder()
        try SafetensorsWriter.write(
            ["a": Tensor([1.0], shape: [1]), "b": Tensor([2.0], shape: [1])], to: folder.path("1.safetensors"))
        try SafetensorsWriter.write(["c": Tensor([3.0], shape: [1])], to: folder.path("2.safetensors"))
    }

    private func expect(_ map: String, _ complaints: ShardIndexError.Complaint...) throws {
        let path = try folder.write("{\"metadata\":{\"total_size\":12},\"weight_map\":{\(map)}}", to: indexName)
        #expect(throws: ShardIndexError(path: path, complaints: complaints)) { try ShardedSafetensors(indexPath: path) }
    }

    private let good = "\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"c\":\"2.safetensors\""

    @Test("shards that transformers wrote hold what one file holds") func transformers() throws {
        let whole = try SafetensorsFile(path: fixture("huggingface/model.safetensors").path)
        let sharded = try ShardedSafetensors(indexPath: fixture("sharded/\(indexName)").path)
        #expect(sharded.shards.count == 2)
        #expect(sharded.names == whole.names.sorted())
        for name in whole.names {
            #expect(sharded.shape(of: name) == whole.shape(of: name))
            let tensor = try #require(try sharded.tensor(named: name))
            #expect(tensor.floats() == (try whole.tensor(named: name)?.floats()))
        }
        #expect(try sharded.tensor(named: "nothing") == nil)
        #expect(sharded.shape(of: "nothing") == nil)
    }

    @Test("a good index opens") func goodIndex() throws {
        let path = try folder.write("{\"weight_map\":{\(good)}}", to: indexName)
        #expect(try ShardedSafetensors(indexPath: path).tensor(named: "c")?.scalar == 3)
    }

    @Test(
        "only plain names in the same folder",
        arguments: ["", ".", "..", "../1.safetensors", "/etc/passwd", "sub/1.safetensors", "a\\u0000b", "a\\nb"])
    func fileNames(name: String) throws {
        let text = try JSONReader.read(Array("\"\(name)\"".utf8)) { try $0.readString() }
        try expect("\(good),\"d\":\"\(name)\"", .notAPlainFileName(text))
    }

    @Test("no links, not even to a file of the same folder") func links() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("3.safetensors"), withDestinationPath: folder.path("2.safetensors"))
        try expect("\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"c\":\"3.safetensors\"", .isLink("3.safetensors"))
    }

    @Test("every tensor is where the index says, and only there") func places() throws {
        try expect(
            "\"a\":\"1.safetensors\",\"b\":\"2.safetensors\",\"c\":\"2.safetensors\",\"d\":\"2.safetensors\"",
            .tensorAbsent(tensor: "b", shard: "2.safetensors"), .tensorAbsent(tensor: "d", shard: "2.safetensors"),
            .tensorNotListed(tensor: "b", shard: "1.safetensors"))
        try expect(
            "\"a\":\"1.safetensors\",\"c\":\"2.safetensors\"", .tensorNotListed(tensor: "b", shard: "1.safetensors"))
    }

    @Test("broken and missing shards are all named at once") func brokenShards() throws {
        try folder.write([1, 2, 3], to: "3.safetensors")
        try folder.write([], to: "4.safetensors")
        try expect(
            "\(good),\"d\":\"3.safetensors\",\"e\":\"4.safetensors\",\"f\":\"5.safetensors\"",
            .brokenShard(SafetensorsError(path: folder.path("3.safetensors"), .fileTooShort(byteCount: 3))),
            .unreadableShard(FileError(path: folder.path("4.safetensors"), .empty)),
            .unreadableShard(FileError(path: folder.path("5.safetensors"), .missing)))
    }

    @Test("an index that is malformed") func index() throws {
        func expect(_ text: String, _ complaints: ShardIndexError.Complaint...) throws {
            let path = try folder.write(text, to: indexName)
            #expect(throws: ShardIndexError(path: path, complaints: complaints)) {
                try ShardedSafetensors(indexPath: path)
            }
        }
        try expect("{", .malformedIndex(JSONError(.unexpectedEnd, offset: 1)))
        try expect("{}", .missingKey("weight_map"))
        try expect(
            "{\"weight_map\":{\"a\":3}}",
            .malformedIndex(JSONError(.unexpectedByte(UInt8(ascii: "3"), expected: "a string"), offset: 19)))
        try self.expect("\(good),\"a\":\"1.safetensors\"", .duplicateKey("a"))
        #expect(throws: FileError(path: folder.path("none"), .missing)) {
            try ShardedSafetensors(indexPath: folder.path("none"))
        }
    }
}
