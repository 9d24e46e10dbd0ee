extension ConfigurationValue {
    /// The metadata of a GGUF file; long arrays by their lengths alone.
    init(_ metadata: [(key: String, value: GGUFValue)]) throws {
        self = .object(try Dictionary(uniqueKeysWithValues: metadata.map { ($0.key, try Self($0.value)) }))
    }

    private init(_ value: GGUFValue) throws {
        switch value {
        case .integer(let integer): self = .integer(integer)
        // JSON has no other numbers.
        case .number(let number): self = number.isFinite ? .number(number) : .text("\(number)")
        case .flag(let flag): self = .flag(flag)
        case .text(let text): self = .text(text)
        case .array(let array) where array.count > 64:
            self = .text("[\(array.count) values of \(array.elementType)]")
        case .array(let array): self = .list(try array.elements().map { try Self($0) })
        }
    }
}
