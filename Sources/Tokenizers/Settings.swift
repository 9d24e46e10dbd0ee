import JSON

/// A part of a settings file with the path to it, so that errors can name what is wrong.
struct Settings {
    let value: JSONValue
    /// Such as `pre_tokenizer.pretokenizers[1]`.
    let name: String
    let file: String

    /// The setting `key`; null where it is absent.
    func callAsFunction(_ key: String) -> Settings {
        Settings(value: value[key] ?? .null, name: name.isEmpty ? key : "\(name).\(key)", file: file)
    }

    var isNull: Bool { value == .null }

    func keys() throws(TokenizerError) -> [String] {
        guard case .object(let entries) = value else { throw wrongType("an object") }
        return entries.keys.sorted()
    }

    /// The elements of an array; none where the setting is absent.
    func elements() throws(TokenizerError) -> [Settings] {
        if isNull { return [] }
        guard case .array(let elements) = value else { throw wrongType("an array") }
        return elements.enumerated().map {
            Settings(value: $0.element, name: "\(name)[\($0.offset)]", file: file)
        }
    }

    func boolean(default absent: Bool? = nil) throws(TokenizerError) -> Bool {
        if isNull, let absent { return absent }
        guard case .boolean(let boolean) = value else { throw isNull ? missing() : wrongType("true or false") }
        return boolean
    }

    func string() throws(TokenizerError) -> String {
        guard case .string(let string) = value else { throw isNull ? missing() : wrongType("a string") }
        return string
    }

    func integer() throws(TokenizerError) -> Int {
        guard case .integer(let integer) = value else { throw isNull ? missing() : wrongType("an integer") }
        return integer
    }

    /// Throws if there are keys that the reader does not know: they might change the ids.
    func allow(_ known: Set<String>) throws(TokenizerError) {
        for key in try keys() where !known.contains(key) && !self(key).isNull {
            throw self(key).unsupported("\(self(key).shortText)", supported: "none")
        }
    }

    func missing() -> TokenizerError { TokenizerError(file: file, .missing(setting: name)) }

    func wrongType(_ expected: String) -> TokenizerError {
        TokenizerError(file: file, .wrongType(setting: name, expected: expected))
    }

    func unsupported(_ value: String, supported: String) -> TokenizerError {
        TokenizerError(file: file, .unsupported(setting: name, value: value, supported: supported))
    }

    /// The value in a few characters.
    var shortText: String {
        switch value {
        case .object: "an object"
        case .array: "an array"
        case .string(let string): string
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .boolean(let boolean): "\(boolean)"
        case .null: "null"
        }
    }
}
