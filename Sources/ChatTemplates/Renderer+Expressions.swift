extension Renderer {
    func evaluate(_ expression: Expression) throws -> Value {
        try spend()
        switch expression {
        case .literal(let literal): return value(of: literal)
        case .name(let name, _): return scope.value(of: name) ?? global(name)
        default: return try nested { try evaluateComposite(expression) }
        }
    }

    private func value(of literal: Literal) -> Value {
        switch literal {
        case .none: .none
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let text): .text(text)
        }
    }

    private func global(_ name: String) -> Value {
        BuiltInFunction(rawValue: name).map { .function($0) } ?? .undefined("'\(name)' is undefined")
    }

    private func evaluateComposite(_ expression: Expression) throws -> Value {
        switch expression {
        case .literal, .name: return try evaluate(expression)
        case .list(let elements, let isTuple): return try made(elements.map { try evaluate($0) }, isTuple: isTuple)
        case .dictionary(let entries, let place):
            var dictionary = ValueDictionary()
            for entry in entries {
                try set(evaluate(entry.key), to: evaluate(entry.value), in: &dictionary, at: place)
            }
            return .dictionary(dictionary)
        case .chain(let first, let operations):
            var result = try evaluate(first)
            for operation in operations {
                result = try calculate(operation.kind, result, evaluate(operation.operand), at: operation.place)
            }
            return result
        case .concatenation(let operands):
            var result = TemplateText()
            for operand in operands { result.append(try text(of: evaluate(operand))) }
            return try made(result)
        case .comparison(let first, let comparisons):
            var left = try evaluate(first)
            for comparison in comparisons {
                let right = try evaluate(comparison.operand)
                guard try compare(comparison.kind, left, right, at: comparison.place) else { return .boolean(false) }
                left = right
            }
            return .boolean(true)
        case .and(let operands):
            var result = Value.none
            for operand in operands {
                result = try evaluate(operand)
                if !result.isTrue { break }
            }
            return result
        case .or(let operands):
            var result = Value.none
            for operand in operands {
                result = try evaluate(operand)
                if result.isTrue { break }
            }
            return result
        case .not(let operand): return .boolean(try !evaluate(operand).isTrue)
        case .negated(let operand, let place):
            let value = try evaluate(operand)
            if let integer = value.integerValue, integer != .min { return .integer(-integer) }
            if case .number(let number) = value { return .number(-number) }
            throw wrongOperand("-", value, at: place)
        case .positive(let operand, let place):
            let value = try evaluate(operand)
            if let integer = value.integerValue { return .integer(integer) }
            if case .number = value { return value }
            throw wrongOperand("+", value, at: place)
        case .conditional(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            return try otherwise.map { try evaluate($0) }
                ?? .undefined("the condition is false and there is no 'else'")
        case .postfix(let value, let suffixes): return try apply(suffixes, to: evaluate(value))
        }
    }

    func set(
        _ key: Value, to value: Value, in dictionary: inout ValueDictionary, at place: SourcePlace
    ) throws {
        try spend()
        dictionary.nesting = max(dictionary.nesting, try checkedNesting(value, at: place) + 1)
        guard dictionary.set(key, value) else {
            throw error(.invalidOperation("a \(key.kind) cannot be a key"), at: place)
        }
        guard dictionary.count <= limits.listLength else {
            throw error(.limitExceeded(.listLength, limit: limits.listLength), at: place)
        }
    }

    func wrongOperand(_ operation: String, _ value: Value, at place: SourcePlace) -> ChatTemplateError {
        if case .undefined(let what) = value { return error(.undefined(what), at: place) }
        return error(.invalidOperation("'\(operation)' cannot be applied to a \(value.kind)"), at: place)
    }

    // MARK: Suffixes

    func apply(_ suffixes: [Suffix], to value: Value) throws -> Value {
        var value = value
        for suffix in suffixes {
            try spend()
            switch suffix {
            case .attribute(let name, let place): value = try attribute(name, of: value, at: place)
            case .element(let index, let place): value = try element(evaluate(index), of: value, at: place)
            case .slice(let start, let end, let step, let place):
                func bound(_ expression: Expression?) throws -> Int? {
                    guard let expression else { return nil }
                    let bound = try evaluate(expression)
                    if case .none = bound { return nil }
                    guard let integer = bound.integerValue else { throw wrongOperand("[:]", bound, at: place) }
                    return integer
                }
                value = try slice(of: value, start: bound(start), end: bound(end), step: bound(step), at: place)
            case .call(let arguments, let place):
                value = try call(value, self.arguments(arguments, at: place), at: place)
            case .filter(let name, let arguments, let place):
                // Known since the template was read.
                guard let filter = BuiltInFilter(rawValue: name) else { throw error(.unknownFilter(name), at: place) }
                value = try self.filter(filter, value, self.arguments(arguments, at: place), at: place)
            case .test(let name, let arguments, let isNegated, let place):
                guard let test = BuiltInTest(rawValue: name) else { throw error(.unknownTest(name), at: place) }
                let holds = try self.test(test, value, self.arguments(arguments, at: place), at: place)
                value = .boolean(holds != isNegated)
            }
        }
        return value
    }

    /// `value.name`: a method before an entry of that name, as in Jinja.
    func attribute(_ name: String, of value: Value, at place: SourcePlace) throws -> Value {
        switch value {
        case .undefined(let what): throw error(.undefined(what), at: place)
        case .dictionary(let dictionary):
            if DictionaryMethod(rawValue: name) != nil { return .method(name, of: value) }
            return dictionary[.text(name)] ?? .undefined("the dict has no entry '\(name)'")
        case .namespace(let namespace):
            return namespace.attributes[name] ?? .undefined("the namespace has no attribute '\(name)'")
        case .loop(let loop):
            if name == "cycle" { return .method(name, of: value) }
            return loop.attribute(name) ?? .undefined("the loop has no attribute '\(name)'")
        case .text where TextMethod(rawValue: name) != nil: return .method(name, of: value)
        case .list where ListMethod(rawValue: name) != nil: return .method(name, of: value)
        case .macro(let macro) where name == "name": return .text(macro.syntax.name)
        default: return .undefined("a \(value.kind) has no attribute '\(name)'")
        }
    }

    /// `value[index]`: an entry before a method.
    func element(_ index: Value, of value: Value, at place: SourcePlace) throws -> Value {
        switch value {
        case .undefined(let what): throw error(.undefined(what), at: place)
        case .list(let list):
            if let number = index.integerValue {
                return Self.place(number, count: list.elements.count).map { list.elements[$0] }
                    ?? .undefined("the list has no element \(number)")
            }
        case .text(let text):
            if let number = index.integerValue {
                return Self.place(number, count: text.count).map { .text(TemplateText(units: [text.units[$0]])) }
                    ?? .undefined("the text has no character \(number)")
            }
        case .dictionary(let dictionary):
            if let entry = dictionary[index] { return entry }
        default: break
        }
        guard case .text(let name) = index else {
            return .undefined("a \(value.kind) has no element of that kind")
        }
        return try attribute(name.string, of: value, at: place)
    }

    private static func place(_ index: Int, count: Int) -> Int? {
        let place = index < 0 ? index + count : index
        return (0..<count).contains(place) ? place : nil
    }

    private func slice(
        of value: Value, start: Int?, end: Int?, step: Int?, at place: SourcePlace
    ) throws -> Value {
        let step = step ?? 1
        guard step != 0 else { throw error(.invalidOperation("a slice cannot have a step of 0"), at: place) }
        func places(_ count: Int) -> [Int] {
            func bound(_ bound: Int?, _ standard: Int) -> Int {
                guard let bound else { return standard }
                let fromStart = bound < 0 ? max(bound, -count - 1) + count : min(bound, count)
                return step > 0 ? max(0, fromStart) : min(max(-1, fromStart), count - 1)
            }
            let first = bound(start, step > 0 ? 0 : count - 1)
            let last = bound(end, step > 0 ? count : -1)
            // A step of more than all is one of all.
            return Array(stride(from: first, to: last, by: max(-count - 1, min(step, count + 1))))
        }
        switch value {
        case .text(let text): return try made(TemplateText(units: places(text.count).map { text.units[$0] }))
        case .list(let list):
            return try made(places(list.elements.count).map { list.elements[$0] }, isTuple: list.isTuple, at: place)
        default: throw wrongOperand("[:]", value, at: place)
        }
    }

    // MARK: Sequences

    /// What a loop goes through.
    func elements(of value: Value, at place: SourcePlace) throws -> [Value] {
        switch value {
        case .undefined: return []
        case .list(let list): return list.elements
        case .dictionary(let dictionary): return dictionary.entries.map(\.key)
        case .text(let text):
            guard text.count <= limits.listLength else {
                throw error(.limitExceeded(.listLength, limit: limits.listLength), at: place)
            }
            try spend(8 * text.count)
            return text.units.map { .text(TemplateText(units: [$0])) }
        default: throw error(.invalidOperation("a \(value.kind) has no elements to go through"), at: place)
        }
    }
}
