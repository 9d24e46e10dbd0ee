/// What a macro, a function, a filter or a test is given.
struct Arguments {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []

    var isEmpty: Bool { positional.isEmpty && keywords.isEmpty }
}

extension Renderer {
    func arguments(_ syntax: ArgumentsSyntax, at place: SourcePlace) throws -> Arguments {
        var arguments = Arguments(
            positional: try syntax.positional.map { try evaluate($0) },
            keywords: try syntax.keywords.map { ($0.name, try evaluate($0.value)) })
        if let list = syntax.list { arguments.positional += try elements(of: evaluate(list), at: place) }
        if let expression = syntax.dictionary {
            let value = try evaluate(expression)
            guard case .dictionary(let dictionary) = value else { throw wrongOperand("**", value, at: place) }
            for entry in dictionary.entries {
                guard case .text(let name) = entry.key else { throw wrongOperand("**", entry.key, at: place) }
                arguments.keywords.append((name.string, entry.value))
            }
        }
        return arguments
    }

    /// The arguments in the order of `parameters`; nil for those that are not given.
    func bind(
        _ arguments: Arguments, to parameters: [String], of function: String, at place: SourcePlace
    ) throws -> [Value?] {
        guard arguments.positional.count <= parameters.count else {
            throw error(
                .invalidOperation("'\(function)' takes at most \(parameters.count) arguments here"), at: place)
        }
        var values = arguments.positional.map(Optional.some)
        values += repeatElement(nil, count: parameters.count - values.count)
        for keyword in arguments.keywords {
            guard let index = parameters.firstIndex(of: keyword.name) else {
                throw error(.invalidOperation("'\(function)' has no argument '\(keyword.name)' here"), at: place)
            }
            guard values[index] == nil else {
                throw error(.invalidOperation("'\(function)' gets '\(keyword.name)' twice"), at: place)
            }
            values[index] = keyword.value
        }
        return values
    }

    func call(_ value: Value, _ arguments: Arguments, at place: SourcePlace) throws -> Value {
        switch value {
        case .macro(let macro): return try call(macro, arguments, caller: nil, at: place)
        case .function(let function): return try call(function, arguments, at: place)
        case .method(let name, let receiver): return try call(name, of: receiver, arguments, at: place)
        case .undefined(let what): throw error(.undefined(what), at: place)
        default: throw error(.invalidOperation("a \(value.kind) cannot be called"), at: place)
        }
    }

    /// The call that a `call` block makes, with its body as `caller`.
    func call(_ expression: Expression, caller: MacroValue) throws -> Value {
        guard case .postfix(let base, let suffixes) = expression, case .call(let syntax, let place)? = suffixes.last
        else { throw error(.invalidOperation("a call block calls nothing"), at: SourcePlace()) }
        let value = try apply(Array(suffixes.dropLast()), to: evaluate(base))
        let arguments = try arguments(syntax, at: place)
        guard case .macro(let macro) = value else { throw wrongOperand("call", value, at: place) }
        return try call(macro, arguments, caller: caller, at: place)
    }

    private func call(
        _ macro: MacroValue, _ arguments: Arguments, caller: MacroValue?, at place: SourcePlace
    ) throws -> Value {
        let parameters = macro.syntax.parameters
        let values = try bind(arguments, to: parameters.map(\.name), of: macro.syntax.name, at: place)
        let text = try captured {
            try scoped(macro.scope) {
                if let caller { scope.variables["caller"] = .macro(caller) }
                for (parameter, value) in zip(parameters, values) {
                    scope.variables[parameter.name] =
                        try value ?? parameter.standard.map { try evaluate($0) }
                        ?? .undefined("'\(parameter.name)' was not given")
                }
                _ = try run(macro.syntax.body)
            }
        }
        return .text(text)
    }

    private func call(
        _ method: String, of receiver: Value, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        switch receiver {
        case .text(let text):
            if let known = TextMethod(rawValue: method) { return try call(known, of: text, arguments, at: place) }
        case .list(let list):
            if let known = ListMethod(rawValue: method) { return try call(known, of: list, arguments, at: place) }
        case .dictionary(let dictionary):
            if let known = DictionaryMethod(rawValue: method) {
                return try call(known, of: dictionary, arguments, at: place)
            }
        case .loop(let loop) where !arguments.positional.isEmpty:
            return arguments.positional[loop.index % arguments.positional.count]
        default: break
        }
        throw error(.unknownMethod(method, of: receiver.kind), at: place)
    }

    // MARK: Functions

    private func call(_ function: BuiltInFunction, _ arguments: Arguments, at place: SourcePlace) throws -> Value {
        switch function {
        case .raiseException:
            let message = try bind(arguments, to: ["message"], of: function.rawValue, at: place)[0]
            throw error(.raised(try message.map { try text(of: $0).string } ?? ""), at: place)
        case .strftimeNow:
            let format = try bind(arguments, to: ["format"], of: function.rawValue, at: place)[0]
            guard case .text(let text)? = format else {
                throw error(.invalidOperation("strftime_now takes one text"), at: place)
            }
            do {
                return .text(TemplateText(try time.formatted(text.string)))
            } catch {
                throw self.error(error, at: place)
            }
        case .namespace:
            let namespace = Namespace()
            for (name, value) in try entries(arguments, of: function, at: place) {
                try set(text(of: name).string, of: namespace, to: value, at: place)
            }
            return .namespace(namespace)
        case .dict:
            var dictionary = ValueDictionary()
            for (name, value) in try entries(arguments, of: function, at: place) {
                try set(name, to: value, in: &dictionary, at: place)
            }
            return .dictionary(dictionary)
        case .range:
            let bounds = try arguments.positional.map { value -> Int in
                guard let bound = value.integerValue else { throw wrongOperand("range", value, at: place) }
                return bound
            }
            guard (1...3).contains(bounds.count), arguments.keywords.isEmpty, bounds.count < 3 || bounds[2] != 0 else {
                throw error(.invalidOperation("range takes one to three whole numbers, the last not 0"), at: place)
            }
            let sequence = stride(
                from: bounds.count > 1 ? bounds[0] : 0, to: bounds.count > 1 ? bounds[1] : bounds[0],
                by: bounds.count > 2 ? bounds[2] : 1)
            var elements: [Value] = []
            for element in sequence {
                elements.append(.integer(element))
                guard elements.count <= limits.listLength else {
                    throw error(.limitExceeded(.listLength, limit: limits.listLength), at: place)
                }
            }
            return try made(elements, at: place)
        }
    }

    /// Entries of one dictionary or of pairs, and those given by name.
    private func entries(
        _ arguments: Arguments, of function: BuiltInFunction, at place: SourcePlace
    ) throws -> [(Value, Value)] {
        var entries: [(Value, Value)] = []
        guard arguments.positional.count <= 1 else {
            throw error(
                .invalidOperation("'\(function.rawValue)' takes at most one argument without a name"), at: place)
        }
        if let first = arguments.positional.first {
            if case .dictionary(let dictionary) = first {
                entries += dictionary.entries.map { ($0.key, $0.value) }
            } else {
                for pair in try elements(of: first, at: place) {
                    let pair = try elements(of: pair, at: place)
                    guard pair.count == 2 else {
                        throw error(.invalidOperation("'\(function.rawValue)' takes pairs"), at: place)
                    }
                    entries.append((pair[0], pair[1]))
                }
            }
        }
        return entries + arguments.keywords.map { (.text($0.name), $0.value) }
    }
}

enum BuiltInFunction: String {
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
    case namespace, dict, range
}
