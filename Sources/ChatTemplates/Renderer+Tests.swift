enum BuiltInTest: String {
    case boolean, callable, defined, divisibleby, eq, equalto, even, `false`, float, ge, gt, greaterthan, `in`, integer
    case iterable, le, lessthan, lower, lt, mapping, ne, none, number, odd, sameas, sequence, string, `true`, undefined
    case upper, escaped, filter, test
}

extension Renderer {
    func test(_ test: BuiltInTest, _ value: Value, _ arguments: Arguments, at place: SourcePlace) throws -> Bool {
        func other() throws -> Value {
            guard let other = try bind(arguments, to: ["other"], of: test.rawValue, at: place)[0] else {
                throw error(.invalidOperation("the test '\(test.rawValue)' lacks a value"), at: place)
            }
            return other
        }
        func isMultiple(of divisor: Int) throws -> Bool {
            guard let integer = value.integerValue else { throw wrongOperand(test.rawValue, value, at: place) }
            guard divisor != 0 else { throw error(.invalidOperation("a number is divided by 0"), at: place) }
            return divisor == -1 || integer % divisor == 0
        }
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: if case .none = value { return true } else { return false }
        case .boolean: if case .boolean = value { return true } else { return false }
        case .true: if case .boolean(true) = value { return true } else { return false }
        case .false: if case .boolean(false) = value { return true } else { return false }
        case .integer: if case .integer = value { return true } else { return false }
        case .float: if case .number = value { return true } else { return false }
        case .number: return value.numberValue != nil
        case .string: if case .text = value { return true } else { return false }
        case .mapping: if case .dictionary = value { return true } else { return false }
        case .iterable, .sequence:
            switch value {
            case .text, .list, .dictionary, .undefined: return true
            default: return false
            }
        case .callable:
            switch value {
            case .macro, .function, .method: return true
            default: return false
            }
        case .eq, .equalto: return try areEqual(value, other())
        case .ne: return try !areEqual(value, other())
        case .lt, .lessthan: return try compare(.less, value, other(), at: place)
        case .le: return try compare(.lessOrEqual, value, other(), at: place)
        case .gt, .greaterthan: return try compare(.greater, value, other(), at: place)
        case .ge: return try compare(.greaterOrEqual, value, other(), at: place)
        case .in: return try contains(other(), value, at: place)
        case .even: return try isMultiple(of: 2)
        case .odd: return try !isMultiple(of: 2)
        case .divisibleby:
            guard let divisor = try other().integerValue else { throw wrongOperand(test.rawValue, value, at: place) }
            return try isMultiple(of: divisor)
        case .upper:
            let text = try text(of: value)
            return Self.isWritten(text, as: text.uppercased())
        case .lower:
            let text = try text(of: value)
            return Self.isWritten(text, as: text.lowercased())
        case .sameas: return try isSame(value, other())
        case .escaped: return false
        case .filter: return try BuiltInFilter(rawValue: text(of: value).string) != nil
        case .test: return try BuiltInTest(rawValue: text(of: value).string) != nil
        }
    }

    /// Whether both are one object, as far as templates can ask: the constants, and what is equal and of one kind.
    private func isSame(_ left: Value, _ right: Value) throws -> Bool {
        switch (left, right) {
        case (.boolean(let left), .boolean(let right)): left == right
        case (.boolean, _), (_, .boolean): false
        case (.integer, .number), (.number, .integer): false
        default: try areEqual(left, right)
        }
    }
}
