import Foundation

@testable import Checkpoints

/// The bytes of a GGUF file, put together piece by piece, right or wrong.
struct GGUFBytes {
    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    /// Nil for the number that there are.
    var tensorCount: UInt64?
    var keyCount: UInt64?
    private(set) var keys: [[UInt8]] = []
    private(set) var tensors: [[UInt8]] = []
    var data = [UInt8](repeating: 0, count: 256)
    var alignment = 32

    static func integer(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func text(_ text: String) -> [UInt8] { integer(UInt64(text.utf8.count)) + Array(text.utf8) }

    /// A key with the bytes of its value.
    mutating func add(key: String, type: UInt32, _ value: [UInt8]) {
        keys.append(Self.text(key) + Self.integer(type) + value)
    }

    mutating func add(key: String, _ value: String) { add(key: key, type: 8, Self.text(value)) }
    mutating func add(key: String, _ value: UInt32) { add(key: key, type: 4, Self.integer(value)) }

    /// A tensor; extents as in the file, innermost first.
    mutating func add(tensor: String, _ extents: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
        tensors.append(
            Self.text(tensor) + Self.integer(UInt32(extents.count)) + extents.flatMap(Self.integer)
                + Self.integer(type) + Self.integer(offset))
    }

    mutating func add(raw tensor: [UInt8]) { tensors.append(tensor) }

    var bytes: [UInt8] {
        var bytes = magic + Self.integer(version) + Self.integer(tensorCount ?? UInt64(tensors.count))
        bytes += Self.integer(keyCount ?? UInt64(keys.count)) + keys.joined() + tensors.joined()
        if !tensors.isEmpty {
            bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment) + data
        }
        return bytes
    }

    static func open(_ bytes: [UInt8]) throws -> GGUFFile {
        try bytes.withUnsafeBytes { try GGUFFile(MappedFile(copying: $0, path: "m.gguf")) }
    }

    func open() throws -> GGUFFile { try Self.open(bytes) }
}
