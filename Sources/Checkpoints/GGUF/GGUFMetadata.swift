/// The metadata of a GGUF file by key, with errors that name what is missing or of another type.
struct GGUFMetadata {
    let file: GGUFFile

    func refused(_ key: String, _ rule: GGUFError.Rule) -> GGUFError { GGUFError(path: file.path, .key(key), rule) }

    private func wrongType(_ key: String, _ expected: String, _ value: GGUFValue) -> GGUFError {
        refused(key, .wrongType(expected: expected, found: value.typeName))
    }

    func text(_ key: String) throws -> String? {
        guard let value = file.value(of: key) else { return nil }
        guard case .text(let text) = value else { throw wrongType(key, "a text", value) }
        return text
    }

    func requiredText(_ key: String) throws -> String {
        guard let text = try text(key) else { throw refused(key, .missing) }
        return text
    }

    func flag(_ key: String) throws -> Bool? {
        guard let value = file.value(of: key) else { return nil }
        guard case .flag(let flag) = value else { throw wrongType(key, "true or false", value) }
        return flag
    }

    func number(_ key: String) throws -> Double? {
        guard let value = file.value(of: key) else { return nil }
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw wrongType(key, "a number", value)
        }
    }

    func integer(_ key: String) throws -> Int? {
        guard let value = file.value(of: key) else { return nil }
        guard case .integer(let integer) = value else { throw wrongType(key, "a whole number", value) }
        return integer
    }

    /// A size: a positive number of 31 bits, or a list with the same for every layer.
    func positive(_ key: String, default standard: Int? = nil) throws -> Int {
        guard let value = file.value(of: key) else {
            guard let standard else { throw refused(key, .missing) }
            return standard
        }
        var number: Int?
        switch value {
        case .integer(let integer): number = integer
        case .array(let array):
            let all = try array.integers()
            guard Set(all).count <= 1 else {
                throw refused(
                    key, .unsupportedValue("another number for each layer", supported: "the same for all layers"))
            }
            number = all.first
        default: throw wrongType(key, "a whole number", value)
        }
        guard let number, (1...Int(Int32.max)).contains(number) else {
            throw refused(key, .outOfRange(expected: "1 to 2147483647"))
        }
        return number
    }

    func array(_ key: String) throws -> GGUFArray? {
        guard let value = file.value(of: key) else { return nil }
        guard case .array(let array) = value else { throw wrongType(key, "an array", value) }
        return array
    }
}
