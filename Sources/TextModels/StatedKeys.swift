/// The keys of a JSON object, null or not: of some the absence stands for a value.
struct StatedKeys: Decodable {
    private let names: Set<String>

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        names = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
    }

    func contains(_ key: some CodingKey) -> Bool { names.contains(key.stringValue) }
}

/// A value that is written as null where there is none, instead of being left out.
struct StatedValue<Value: Codable>: Codable {
    var value: Value?

    init(_ value: Value?) { self.value = value }

    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Value?.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}
