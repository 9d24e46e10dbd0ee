enum TextMethod: String {
    case strip, lstrip, rstrip, split, rsplit, splitlines, startswith, endswith, replace, upper, lower, title,
        capitalize
    case join, find, rfind, count, removeprefix, removesuffix, isdigit, isalpha, isalnum, isspace, isupper, islower
}

enum ListMethod: String {
    case append, extend, insert, pop, remove, clear, reverse, sort
    case index, count, copy
}

enum DictionaryMethod: String {
    case get, items, keys, values, copy
    case pop, popitem, update, clear, setdefault
}

extension Renderer {
    func call(
        _ method: TextMethod, of text: TemplateText, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        try spend(text.count)
        func texts(_ parameters: String...) throws -> [TemplateText?] {
            try bind(arguments, to: parameters, of: method.rawValue, at: place).map { value in
                switch value {
                case nil, Value.none?: return nil
                case .text(let text)?: return text
                case let value?: throw wrongOperand(method.rawValue, value, at: place)
                }
            }
        }
        func required(_ text: TemplateText?) throws -> TemplateText {
            guard let text else { throw error(.invalidOperation("'\(method.rawValue)' lacks an argument"), at: place) }
            return text
        }
        func list(_ parts: [TemplateText]) throws -> Value { try made(parts.map { .text($0) }, at: place) }
        func all(_ holds: (Unicode.Scalar.Properties) -> Bool) -> Value {
            .boolean(!text.isEmpty && text.units.allSatisfy { holds(TemplateText.scalar($0).properties) })
        }
        switch method {
        case .strip: return .text(text.trimmed(try texts("chars")[0]))
        case .lstrip: return .text(text.trimmed(try texts("chars")[0], end: false))
        case .rstrip: return .text(text.trimmed(try texts("chars")[0], start: false))
        case .split, .rsplit:
            let values = try bind(arguments, to: ["sep", "maxsplit"], of: method.rawValue, at: place)
            let limit = values[1]?.integerValue.map { $0 < 0 ? Int.max : $0 } ?? .max
            switch values[0] {
            case .text(let separator)?:
                guard !separator.isEmpty else {
                    throw error(.invalidOperation("a text cannot be split at nothing"), at: place)
                }
                return try list(
                    method == .split
                        ? text.split(at: separator, limit: limit) : text.splitFromEnd(at: separator, limit: limit))
            case nil, Value.none?:
                return try list(
                    method == .split ? text.splitAtSpace(limit: limit) : text.splitFromEnd(at: nil, limit: limit))
            case let other?: throw wrongOperand(method.rawValue, other, at: place)
            }
        case .splitlines: return try list(text.lines())
        case .startswith, .endswith:
            guard let argument = try bind(arguments, to: ["prefix"], of: method.rawValue, at: place)[0] else {
                throw error(.invalidOperation("'\(method.rawValue)' lacks an argument"), at: place)
            }
            // Several are tried where a tuple of them is given.
            var candidates = [argument]
            if case .list(let list) = argument, list.isTuple { candidates = list.elements }
            return .boolean(
                try candidates.contains { candidate in
                    guard case .text(let part) = candidate else {
                        throw wrongOperand(method.rawValue, candidate, at: place)
                    }
                    return method == .startswith ? text.starts(with: part) : text.ends(with: part)
                })
        case .replace:
            let values = try bind(arguments, to: ["old", "new", "count"], of: method.rawValue, at: place)
            guard case .text(let old)? = values[0], case .text(let new)? = values[1] else {
                throw error(.invalidOperation("'replace' takes two texts"), at: place)
            }
            return try replaced(text, old, new, limit: values[2]?.integerValue)
        case .upper: return try made(text.uppercased())
        case .lower: return try made(text.lowercased())
        case .title: return try made(Self.titled(text) { $0.isCased })
        case .capitalize: return try made(text.capitalized())
        case .join:
            guard let list = try bind(arguments, to: ["iterable"], of: method.rawValue, at: place)[0] else {
                throw error(.invalidOperation("'join' lacks an argument"), at: place)
            }
            return try joined(
                elements(of: list, at: place).map { element in
                    guard case .text(let part) = element else { throw wrongOperand("join", element, at: place) }
                    return part
                }, separator: text)
        case .find: return .integer(text.places(of: try required(texts("sub")[0]), limit: 1).first ?? -1)
        case .rfind:
            let part = try required(texts("sub")[0])
            let place = text.reversed.places(of: part.reversed, limit: 1).first
            return .integer(place.map { text.count - $0 - part.count } ?? -1)
        case .count: return .integer(text.places(of: try required(texts("sub")[0])).count)
        case .removeprefix:
            let part = try required(texts("prefix")[0])
            return .text(text.starts(with: part) ? TemplateText(units: text.units.dropFirst(part.count)) : text)
        case .removesuffix:
            let part = try required(texts("suffix")[0])
            return .text(text.ends(with: part) ? TemplateText(units: text.units.dropLast(part.count)) : text)
        case .isdigit: return all { $0.numericType == .decimal || $0.numericType == .digit }
        case .isalpha: return all { Self.isLetter($0) }
        case .isalnum: return all { Self.isLetter($0) || $0.numericType != nil }
        case .isspace: return .boolean(!text.isEmpty && text.units.allSatisfy(TemplateText.isSpace))
        case .isupper: return .boolean(Self.isWritten(text, as: text.uppercased()))
        case .islower: return .boolean(Self.isWritten(text, as: text.lowercased()))
        }
    }

    private static func isLetter(_ properties: Unicode.Scalar.Properties) -> Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isWritten(_ text: TemplateText, as other: TemplateText) -> Bool {
        text == other && text.units.contains { TemplateText.scalar($0).properties.isCased }
    }

    /// The first letter of every run of what `isInWord` in upper case, all else in lower case.
    static func titled(
        _ text: TemplateText, _ isInWord: (Unicode.Scalar.Properties) -> Bool
    ) -> TemplateText {
        var result = TemplateText()
        var continues = false
        for unit in text.units {
            let one = TemplateText(units: [unit])
            result.append(continues ? one.lowercased() : one.mapped(\.properties.titlecaseMapping))
            continues = isInWord(TemplateText.scalar(unit).properties)
        }
        return result
    }

    func replaced(_ text: TemplateText, _ old: TemplateText, _ new: TemplateText, limit: Int?) throws -> Value {
        let limit = limit.map { $0 < 0 ? Int.max : $0 } ?? .max
        let places = old.isEmpty ? text.count + 1 : text.count / old.count
        guard min(places, limit).multipliedReportingOverflow(by: new.count).partialValue <= 16 * limits.textLength
        else { throw error(.limitExceeded(.textLength, limit: limits.textLength), at: SourcePlace()) }
        return try made(text.replacing(old, with: new, limit: limit))
    }

    func joined(_ parts: [TemplateText], separator: TemplateText) throws -> Value {
        var result = TemplateText()
        for (index, part) in parts.enumerated() {
            if index > 0 { result.append(separator) }
            result.append(part)
            guard result.count <= limits.textLength else { return try made(result) }
        }
        return try made(result)
    }

    // MARK: Lists and dictionaries

    func call(_ method: ListMethod, of list: ValueList, _ arguments: Arguments, at place: SourcePlace) throws -> Value {
        switch method {
        case .copy: return .list(list)
        case .index, .count:
            guard let wanted = try bind(arguments, to: ["value"], of: method.rawValue, at: place)[0] else {
                throw error(.invalidOperation("'\(method.rawValue)' lacks an argument"), at: place)
            }
            var count = 0
            for (index, element) in list.elements.enumerated() {
                try spend()
                guard try areEqual(element, wanted) else { continue }
                if method == .index { return .integer(index) }
                count += 1
            }
            guard method == .count else { throw error(.invalidOperation("the list has no such element"), at: place) }
            return .integer(count)
        case .append, .extend, .insert, .pop, .remove, .clear, .reverse, .sort:
            throw unchangeable(method.rawValue, at: place)
        }
    }

    func call(
        _ method: DictionaryMethod, of dictionary: ValueDictionary, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        switch method {
        case .get:
            let values = try bind(arguments, to: ["key", "default"], of: method.rawValue, at: place)
            guard let key = values[0] else { throw error(.invalidOperation("'get' lacks a key"), at: place) }
            return dictionary[key] ?? values[1] ?? .none
        case .items: return try items(of: dictionary)
        case .keys: return try made(dictionary.entries.map(\.key), at: place)
        case .values: return try made(dictionary.entries.map(\.value), at: place)
        case .copy: return .dictionary(dictionary)
        case .pop, .popitem, .update, .clear, .setdefault: throw unchangeable(method.rawValue, at: place)
        }
    }

    func items(of dictionary: ValueDictionary) throws -> Value {
        try made(dictionary.entries.map { try made([$0.key, $0.value], isTuple: true) })
    }

    /// As in the sandbox of `transformers`.
    private func unchangeable(_ method: String, at place: SourcePlace) -> ChatTemplateError {
        error(
            .invalidOperation("'\(method)' would change a value, which templates may not do (but in a namespace)"),
            at: place)
    }
}
