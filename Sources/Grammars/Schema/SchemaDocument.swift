import JSON

/// A JSON schema as it stands: every value with a number, by which its place can be told, and keys in their order.
struct SchemaDocument {
    enum Value: Equatable {
        case object([(name: String, entry: Int)])
        case array([Int])
        case string(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case null

        static func == (left: Value, right: Value) -> Bool {
            switch (left, right) {
            // Not canonical equivalence, which strings compare by in Swift.
            case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
            case (.integer(let left), .integer(let right)): left == right
            case (.number(let left), .number(let right)): left == right
            case (.integer(let left), .number(let right)), (.number(let right), .integer(let left)):
                Double(left) == right
            case (.boolean(let left), .boolean(let right)): left == right
            case (.null, .null): true
            default: false
            }
        }
    }

    private struct Entry {
        let parent: Int
        let name: String
        var value = Value.null
    }

    /// More than this is no schema that somebody wrote.
    static let largestByteCount = 4 << 20

    private var entries: [Entry] = []

    static let root = 0

    init(_ bytes: [UInt8]) throws(SchemaError) {
        guard bytes.count <= Self.largestByteCount else {
            throw .tooComplex(pointer: "#", limit: Self.largestByteCount)
        }
        do {
            entries = try JSONReader.read(bytes) { reader in
                var document = SchemaDocument()
                try document.read(&reader, parent: -1, name: "")
                return document.entries
            }
        } catch let error as JSONError {
            throw .notJSON(error)
        } catch let error as SchemaError {
            throw error
        } catch {
            // The reader throws nothing else.
            throw .invalid(pointer: "#", found: "\(error)", expected: "JSON")
        }
    }

    private init() {}

    @discardableResult
    private mutating func read(_ reader: inout JSONReader, parent: Int, name: String) throws -> Int {
        let number = entries.count
        entries.append(Entry(parent: parent, name: name))
        switch try reader.peek() {
        case .object:
            var members: [(name: String, entry: Int)] = []
            var names: Set<[UInt8]> = []
            try reader.readObject { key, reader in
                guard names.insert(Array(key.utf8)).inserted else {
                    throw JSONError(.duplicateKey(key), offset: reader.offset)
                }
                members.append((key, try read(&reader, parent: number, name: key)))
            }
            entries[number].value = .object(members)
        case .array:
            var elements: [Int] = []
            try reader.readArray { reader in
                elements.append(try read(&reader, parent: number, name: "\(elements.count)"))
            }
            entries[number].value = .array(elements)
        default:
            switch try reader.readValue() {
            case .string(let text): entries[number].value = .string(text)
            case .integer(let integer): entries[number].value = .integer(integer)
            case .number(let value):
                // Integers that are not exact as a Double would become others.
                guard abs(value) < 0x1p53 || value.rounded() != value else {
                    throw SchemaError.unsupported(
                        pointer: pointer(of: number), reason: "a number this large is not exact; use a smaller one")
                }
                entries[number].value = .number(value)
            case .boolean(let value): entries[number].value = .boolean(value)
            case .null, .object, .array: entries[number].value = .null
            }
        }
        return number
    }

    subscript(entry: Int) -> Value { entries[entry].value }

    /// The key of an entry in its object, or its index in its array.
    func name(of entry: Int) -> String { entries[entry].name }

    func member(_ name: String, of entry: Int) -> Int? {
        guard case .object(let members) = entries[entry].value else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.entry
    }

    /// The JSON pointer of an entry, as the fragment of a URI without its percent signs (RFC 6901, section 6).
    func pointer(of entry: Int) -> String {
        var names: [String] = []
        var entry = entry
        while entries[entry].parent >= 0 {
            names.append(entries[entry].name.replacing("~", with: "~0").replacing("/", with: "~1"))
            entry = entries[entry].parent
        }
        return (["#"] + names.reversed()).joined(separator: "/")
    }

    /// What a `$ref` refers to; nil where there is nothing or it leads out of the schema.
    func target(of reference: String) -> Int? {
        guard reference.hasPrefix("#"), let fragment = Self.removingPercents(reference.dropFirst()) else { return nil }
        if fragment.isEmpty { return Self.root }
        guard fragment.hasPrefix("/") else { return nil }
        var entry = Self.root
        for part in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            switch entries[entry].value {
            case .object:
                guard let next = member(String(name), of: entry) else { return nil }
                entry = next
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                entry = elements[index]
            default: return nil
            }
        }
        return entry
    }

    private static func removingPercents(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    // MARK: Values

    /// Whether two values are equal as JSON Schema has it: numbers by value, objects whatever their order.
    func areEqual(_ left: Int, _ right: Int) -> Bool {
        switch (entries[left].value, entries[right].value) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let rightMembers)):
            left.count == rightMembers.count
                && left.allSatisfy { name, entry in
                    member(name, of: right).map { areEqual(entry, $0) } ?? false
                }
        case (let left, let right): left == right
        }
    }

    /// A value as compact JSON.
    func json(of entry: Int) -> String {
        switch entries[entry].value {
        case .object(let members):
            "{" + members.map { JSONText.quoted($0.name) + ":" + json(of: $0.entry) }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(json).joined(separator: ",") + "]"
        case .string(let text): JSONText.quoted(text)
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .null: "null"
        }
    }
}
