extension Renderer {
    /// What `path` (`name`, `outer.inner`, a number) leads to; the value itself where there is none.
    func attributePath(_ path: Value?, of value: Value, at place: SourcePlace) throws -> Value {
        switch path {
        case nil, Value.none?: return value
        case .text(let text)?:
            var value = value
            for part in text.split(at: TemplateText(".")) {
                try spend()
                value = try element(Int(part.string).map { .integer($0) } ?? .text(part), of: value, at: place)
            }
            return value
        case let index?: return try element(index, of: value, at: place)
        }
    }

    func mapped(_ elements: [Value], _ arguments: Arguments, at place: SourcePlace) throws -> Value {
        if let attribute = arguments.keywords.first(where: { $0.name == "attribute" }) {
            let standard = arguments.keywords.first { $0.name == "default" }?.value
            return try made(
                elements.map { element in
                    let value = try attributePath(attribute.value, of: element, at: place)
                    return value.isUndefined ? standard ?? value : value
                }, at: place)
        }
        guard case .text(let name)? = arguments.positional.first else { throw lacking(.map, "a filter", at: place) }
        guard let filter = BuiltInFilter(rawValue: name.string) else {
            throw error(.unknownFilter(name.string), at: place)
        }
        var rest = arguments
        rest.positional.removeFirst()
        return try made(
            nested {
                try elements.map { element in
                    try spend()
                    return try self.filter(filter, element, rest, at: place)
                }
            }, at: place)
    }

    func selected(
        _ filter: BuiltInFilter, _ elements: [Value], _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        var rest = arguments
        var path: Value?
        if filter == .selectattr || filter == .rejectattr {
            guard let first = rest.positional.first else { throw lacking(filter, "an attribute", at: place) }
            path = first
            rest.positional.removeFirst()
        }
        var test: BuiltInTest?
        if let name = rest.positional.first {
            let name = try text(of: name).string
            guard let known = BuiltInTest(rawValue: name) else { throw error(.unknownTest(name), at: place) }
            test = known
            rest.positional.removeFirst()
        }
        let keeps = filter == .select || filter == .selectattr
        return try made(
            elements.filter { element in
                try spend()
                let value = try attributePath(path, of: element, at: place)
                return try (test.map { try self.test($0, value, rest, at: place) } ?? value.isTrue) == keeps
            }, at: place)
    }

    /// As elements are compared where upper and lower case are the same.
    func sortKey(_ value: Value, isCased: Bool) -> Value {
        if case .text(let text) = value, !isCased { return .text(text.lowercased()) }
        return value
    }

    func ordered(
        _ filter: BuiltInFilter, _ value: Value, _ arguments: Arguments, at place: SourcePlace
    ) throws -> Value {
        switch filter {
        case .dictsort:
            let values = try bind(arguments, to: ["case_sensitive", "by", "reverse"], of: "dictsort", at: place)
            guard case .dictionary(let dictionary) = value else { throw wrongOperand("dictsort", value, at: place) }
            let byValue = try values[1].map { try text(of: $0).string } == "value"
            let isCased = values[0]?.isTrue ?? false
            let entries = try sorted(
                dictionary.entries.map {
                    (key: sortKey(byValue ? $0.value : $0.key, isCased: isCased), element: ($0.key, $0.value))
                }, isReversed: values[2]?.isTrue ?? false, at: place)
            return try made(entries.map { try made([$0.0, $0.1], isTuple: true) })
        case .sort:
            let values = try bind(arguments, to: ["reverse", "case_sensitive", "attribute"], of: "sort", at: place)
            let isCased = values[1]?.isTrue ?? false
            let keyed = try elements(of: value, at: place).map {
                (key: sortKey(try attributePath(values[2], of: $0, at: place), isCased: isCased), element: $0)
            }
            return try made(sorted(keyed, isReversed: values[0]?.isTrue ?? false, at: place), at: place)
        case .unique:
            let values = try bind(arguments, to: ["case_sensitive", "attribute"], of: "unique", at: place)
            var seen = ValueDictionary()
            var result: [Value] = []
            for element in try elements(of: value, at: place) {
                try spend()
                let key = sortKey(
                    try attributePath(values[1], of: element, at: place), isCased: values[0]?.isTrue ?? false)
                guard seen[key] == nil else { continue }
                guard seen.set(key, .none) else { throw wrongOperand("unique", key, at: place) }
                result.append(element)
            }
            return try made(result, at: place)
        default:
            let values = try bind(arguments, to: ["attribute", "default"], of: "groupby", at: place)
            let keyed = try elements(of: value, at: place).map { element in
                let key = try attributePath(values[0], of: element, at: place)
                return (key: key.isUndefined ? values[1] ?? key : key, element: element)
            }
            var groups: [(key: Value, elements: [Value])] = []
            for (key, element) in try sorted(keyed.map { ($0.key, $0) }, isReversed: false, at: place) {
                if let last = groups.last, try areEqual(last.key, key) {
                    groups[groups.count - 1].elements.append(element)
                } else {
                    groups.append((key, [element]))
                }
            }
            return try made(groups.map { try made([$0.key, made($0.elements, at: place)], isTuple: true) }, at: place)
        }
    }

    /// In the order of the keys, equal ones as they came (merge sort: comparing may fail, and must then end).
    private func sorted<Element>(
        _ keyed: [(key: Value, element: Element)], isReversed: Bool, at place: SourcePlace
    ) throws -> [Element] {
        var runs = keyed.map { [$0] }
        while runs.count > 1 {
            runs = try stride(from: 0, to: runs.count, by: 2).map { index in
                guard index + 1 < runs.count else { return runs[index] }
                var merged: [(key: Value, element: Element)] = []
                var (left, right) = (runs[index][...], runs[index + 1][...])
                while let one = left.first, let other = right.first {
                    try spend()
                    let isOtherFirst =
                        try isReversed
                        ? precedes(one.key, other.key, "sort", at: place)
                        : precedes(other.key, one.key, "sort", at: place)
                    merged.append(isOtherFirst ? right.removeFirst() : left.removeFirst())
                }
                return merged + left + right
            }
        }
        return runs.first.map { $0.map(\.element) } ?? []
    }
}
