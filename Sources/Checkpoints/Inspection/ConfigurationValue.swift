/// Any value of a configuration file.
public enum ConfigurationValue: Sendable, Equatable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([ConfigurationValue])
    case object([String: ConfigurationValue])

    /// The first of `architectures`, else `model_type`, or `architecture` as `timm` has it.
    var architecture: String? {
        guard case .object(let entries) = self else { return nil }
        if case .list(let names) = entries["architectures"], case .text(let name) = names.first { return name }
        for key in ["model_type", "architecture", GGUFLanguageModel.architectureKey] {
            if case .text(let name) = entries[key] { return name }
        }
        return nil
    }

    /// Every entry under its path (`rope_scaling.type`), sorted; long lists by their lengths.
    public var flattened: [(path: String, value: String)] {
        guard case .object(let entries) = self else { return [] }
        return entries.sorted { $0.key < $1.key }.flatMap { key, value -> [(path: String, value: String)] in
            let inner = value.flattened
            return inner.isEmpty ? [(key, value.shortText)] : inner.map { ("\(key).\($0.path)", $0.value) }
        }
    }

    private var shortText: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .text(let text): text.contains { $0.isNewline } || text.count > 200 ? text.quotedForMessage : text
        case .list(let list) where list.count > 8: "[\(list.count) values]"
        case .list(let list): "[\(list.map(\.shortText).joined(separator: ", "))]"
        case .object(let entries): entries.isEmpty ? "{}" : "{\(entries.count) entries}"
        }
    }
}

extension ConfigurationValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([ConfigurationValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: ConfigurationValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let entries): try container.encode(entries)
        }
    }
}
