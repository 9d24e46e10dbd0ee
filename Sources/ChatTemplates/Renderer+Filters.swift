enum BuiltInFilter: String {
    case abs, attr, batch, capitalize, count, d, `default`, dictsort, e, escape, first, float, groupby, indent, int,
        items
    case join, last, length, list, lower, map, max, min, reject, rejectattr, replace, reverse, round, safe, select
    case selectattr, sort, string, sum, title, tojson, trim, unique, upper, wordcount
}

extension Renderer {
    func filter(
        _ filter: BuiltInFilter, _ value: Value, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        func bound(_ parameters: String...) throws -> [Value?] {
            try bind(arguments, to: parameters, of: filter.rawValue, at: place)
        }
        func elements() throws -> [Value] { try self.elements(of: value, at: place) }
        switch filter {
        case .d, .default:
            let values = try bound("default_value", "boolean")
            let isMissing = value.isUndefined || (values[1]?.isTrue ?? false) && !value.isTrue
            return isMissing ? values[0] ?? .text("") : value
        case .attr:
            guard case .text(let name)? = try bound("name")[0] else { throw lacking(filter, "a name", at: place) }
            return try attribute(name.string, of: value, at: place)
        case .length, .count:
            _ = try bound()
            switch value {
            case .undefined: return .integer(0)
            case .text(let text): return .integer(text.count)
            case .list(let list): return .integer(list.elements.count)
            case .dictionary(let dictionary): return .integer(dictionary.count)
            default: throw wrongOperand(filter.rawValue, value, at: place)
            }
        case .first, .last:
            _ = try bound()
            let elements = try elements()
            return (filter == .first ? elements.first : elements.last) ?? .undefined("the sequence is empty")
        case .list: return try made(elements(), at: place)
        case .items:
            if value.isUndefined { return try made([]) }
            guard case .dictionary(let dictionary) = value else {
                throw wrongOperand(filter.rawValue, value, at: place)
            }
            return try items(of: dictionary)
        case .reverse:
            if case .text(let text) = value { return .text(text.reversed) }
            return try made(elements().reversed(), at: place)
        case .safe, .string: return .text(try text(of: value))
        case .tojson: return try toJSON(value, arguments, at: place)
        case .abs, .int, .float, .round, .sum, .max, .min: return try number(filter, value, arguments, at: place)
        case .map: return try mapped(elements(), arguments, at: place)
        case .select, .reject, .selectattr, .rejectattr:
            return try selected(filter, elements(), arguments, at: place)
        case .sort, .unique, .dictsort, .groupby: return try ordered(filter, value, arguments, at: place)
        case .batch:
            let values = try bound("linecount", "fill_with")
            guard let count = values[0]?.integerValue, count > 0 else { throw lacking(filter, "a count", at: place) }
            let elements = try elements()
            return try made(
                stride(from: 0, to: elements.count, by: count).map { start in
                    var row = Array(elements[start..<Swift.min(elements.count, start + count)])
                    if let fill = values[1] {
                        guard count <= limits.listLength else { return try made([]) }
                        row += repeatElement(fill, count: count - row.count)
                    }
                    return try made(row, at: place)
                }, at: place)
        case .join:
            let values = try bound("d", "attribute")
            let separator = try values[0].map { try text(of: $0) } ?? TemplateText()
            let parts = try elements().map { try text(of: attributePath(values[1], of: $0, at: place)) }
            return try joined(parts, separator: separator)
        case .capitalize, .e, .escape, .indent, .lower, .replace, .title, .trim, .upper, .wordcount:
            return try textFilter(filter, text(of: value), arguments, at: place)
        }
    }

    func lacking(_ filter: BuiltInFilter, _ what: String, at place: SourcePlace) -> ChatTemplateError {
        error(.invalidOperation("'\(filter.rawValue)' lacks \(what)"), at: place)
    }

    private func toJSON(_ value: Value, _ arguments: Arguments, at place: SourcePlace) throws -> Value {
        let values = try bind(
            arguments, to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", at: place)
        var style = JSONStyle()
        style.escapesNonASCII = values[0]?.isTrue ?? false
        switch values[1] {
        case .text(let text)?: style.indent = String(text.string.prefix(64))
        case let indent?:
            if let count = indent.integerValue { style.indent = String(repeating: " ", count: max(0, min(64, count))) }
        case nil: break
        }
        if style.indent != nil { style.itemSeparator = "," }
        if case .list(let separators)? = values[2], separators.elements.count == 2 {
            style.itemSeparator = try text(of: separators.elements[0]).string
            style.keySeparator = try text(of: separators.elements[1]).string
        }
        style.sortsKeys = values[3]?.isTrue ?? false
        return try made(json(value, style, at: place))
    }

    // MARK: Texts

    private func textFilter(
        _ filter: BuiltInFilter, _ text: TemplateText, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        func bound(_ parameters: String...) throws -> [Value?] {
            try bind(arguments, to: parameters, of: filter.rawValue, at: place)
        }
        try spend(text.count)
        switch filter {
        case .capitalize: return .text(text.capitalized())
        case .lower: return try made(text.lowercased())
        case .upper: return try made(text.uppercased())
        case .title: return try made(Self.titled(text) { !$0.isWhitespace && !Self.beginsWords($0) })
        case .trim:
            if case .text(let characters)? = try bound("chars")[0] { return .text(text.trimmed(characters)) }
            return .text(text.trimmed())
        case .wordcount: return .integer(text.splitAtSpace().count)
        case .e, .escape:
            var result = text
            for (old, new) in [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")] {
                guard case .text(let replaced) = try replaced(result, TemplateText(old), TemplateText(new), limit: nil)
                else { break }
                result = replaced
            }
            return .text(result)
        case .replace:
            let values = try bound("old", "new", "count")
            guard let old = values[0], let new = values[1] else { throw lacking(filter, "two texts", at: place) }
            return try replaced(
                text, self.text(of: old), self.text(of: new), limit: values[2]?.integerValue)
        case .indent:
            let values = try bound("width", "first", "blank")
            var prefix = TemplateText("    ")
            if let width = values[0]?.integerValue {
                prefix = TemplateText(String(repeating: " ", count: max(0, min(width, 1000))))
            } else if case .text(let text)? = values[0] {
                prefix = text
            }
            var result = TemplateText()
            for (index, line) in text.split(at: TemplateText("\n")).enumerated() {
                if index > 0 { result.append(TemplateText("\n")) }
                let isMoved = index == 0 ? values[1]?.isTrue ?? false : !line.isEmpty || values[2]?.isTrue ?? false
                if isMoved { result.append(prefix) }
                result.append(line)
                guard result.count <= limits.textLength else { break }
            }
            return try made(result)
        default: throw error(.unknownFilter(filter.rawValue), at: place)
        }
    }

    private static func beginsWords(_ properties: Unicode.Scalar.Properties) -> Bool {
        properties.numericType == nil && ["-", "(", "{", "[", "<"].contains(properties.lowercaseMapping)
    }

    // MARK: Numbers

    private func number(
        _ filter: BuiltInFilter, _ value: Value, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        func bound(_ parameters: String...) throws -> [Value?] {
            try bind(arguments, to: parameters, of: filter.rawValue, at: place)
        }
        switch filter {
        case .abs:
            if let integer = value.integerValue, integer != .min { return .integer(Swift.abs(integer)) }
            guard case .number(let number) = value else { throw wrongOperand("abs", value, at: place) }
            return .number(Swift.abs(number))
        case .int:
            let values = try bound("default", "base")
            let standard = values[0] ?? .integer(0)
            if let integer = value.integerValue { return .integer(integer) }
            switch value {
            case .number(let number): return Int(exactly: number.rounded(.towardZero)).map { .integer($0) } ?? standard
            case .text(let text):
                let digits = text.trimmed().string
                if let integer = Int(digits, radix: values[1]?.integerValue.map { max(2, min(36, $0)) } ?? 10) {
                    return .integer(integer)
                }
                return Double(digits).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) } ?? standard
            case .undefined(let what): throw error(.undefined(what), at: place)
            default: return standard
            }
        case .float:
            let standard = try bound("default")[0] ?? .number(0)
            if let number = value.numberValue { return .number(number) }
            guard case .text(let text) = value else { return standard }
            return Double(text.trimmed().string).map { .number($0) } ?? standard
        case .round:
            let values = try bound("precision", "method")
            guard let number = value.numberValue else { throw wrongOperand("round", value, at: place) }
            var scale = 1.0
            for _ in 0..<max(0, min(15, values[0]?.integerValue ?? 0)) { scale *= 10 }
            let rule: FloatingPointRoundingRule =
                switch try values[1].map({ try text(of: $0).string }) {
                case "ceil": .up
                case "floor": .down
                default: .toNearestOrEven
                }
            return .number((number * scale).rounded(rule) / scale)
        case .sum:
            let values = try bound("attribute", "start")
            var result = values[1] ?? .integer(0)
            for element in try elements(of: value, at: place) {
                result = try calculate(.add, result, attributePath(values[0], of: element, at: place), at: place)
            }
            return result
        default:
            let values = try bound("case_sensitive", "attribute")
            let elements = try elements(of: value, at: place)
            let keys = try elements.map {
                try sortKey(attributePath(values[1], of: $0, at: place), isCased: values[0]?.isTrue ?? false)
            }
            guard var best = keys.indices.first else { return .undefined("the sequence is empty") }
            for index in keys.indices.dropFirst() {
                let isBetter =
                    try filter == .max
                    ? precedes(keys[best], keys[index], "max", at: place)
                    : precedes(keys[index], keys[best], "min", at: place)
                if isBetter { best = index }
            }
            return elements[best]
        }
    }
}
