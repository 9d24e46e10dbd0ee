import FuzzDriver
import JSON

/// Any text: skipped over, then read as what its first bytes claim.
@main
enum FuzzJSON {
    static func main() {
        fuzz { bytes in
            try? JSONReader.read(bytes) { try $0.skipValue() }
            try? JSONReader.read(bytes, maximumDepth: 16) { try readEverything(&$0) }
        }
    }

    private static func readEverything(_ reader: inout JSONReader) throws {
        switch try reader.peek() {
        case .object: try reader.readObject { _, reader in try readEverything(&reader) }
        case .array: try reader.readArray { reader in try readEverything(&reader) }
        case .string: _ = try reader.readString()
        case .number: _ = try reader.readDouble()
        case .boolean: _ = try reader.readBoolean()
        case .null: try reader.readNull()
        }
    }
}
