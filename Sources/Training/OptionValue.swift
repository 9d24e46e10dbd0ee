/// The value of an option, as `run.json` and configuration files hold it.
public enum OptionValue: Sendable {
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([String])
}

/// A number that is whole is the same with and without a point: JSON writes both alike.
extension OptionValue: Hashable {
    private enum Canonical: Hashable {
        case flag(Bool)
        case number(Double)
        case text(String)
        case list([String])
    }

    private var canonical: Canonical {
        switch self {
        case .flag(let flag): .flag(flag)
        case .integer(let integer): .number(Double(integer))
        case .number(let number): .number(number)
        case .text(let text): .text(text)
        case .list(let list): .list(list)
        }
    }

    public static func == (a: OptionValue, b: OptionValue) -> Bool { a.canonical == b.canonical }

    public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

extension OptionValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let list = try? container.decode([String].self) {
            self = .list(list)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}

extension OptionValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .flag(let flag): flag ? "yes" : "no"
        case .integer(let integer): "\(integer)"
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .text(let text): text
        case .list(let list): list.joined(separator: ", ")
        }
    }
}
