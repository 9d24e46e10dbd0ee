/// Reads the keywords of one schema into a ``SchemaShape``; those that combine schemas are left to ``SchemaExpansion``.
struct SchemaReader {
    let document: SchemaDocument

    static let combining: Set<String> = ["$ref", "allOf", "anyOf", "oneOf"]
    /// Keywords that say nothing about what is valid, or only hold what others refer to.
    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment",
        "$schema", "$vocabulary", "$anchor", "$defs", "definitions", "contentMediaType", "contentEncoding",
        "contentSchema", "discriminator",
    ]

    func shape(of schema: Int) throws(SchemaError) -> SchemaShape {
        guard case .object(let members) = document[schema] else {
            throw invalid(schema, "an object, true or false")
        }
        var shape = SchemaShape()
        for (name, entry) in members {
            if Self.combining.contains(name) || Self.annotations.contains(name) || name.hasPrefix("x-") { continue }
            if try readType(name, entry, &shape) { continue }
            if try readNumber(name, entry, &shape) { continue }
            if try readString(name, entry, &shape) { continue }
            if try readArray(name, entry, schema, &shape) { continue }
            if try readObject(name, entry, &shape) { continue }
            if name == "$id" || name == "id", schema == SchemaDocument.root { continue }
            throw .unsupported(
                pointer: document.pointer(of: entry),
                reason: "the keyword \(name.debugDescription) is not followed; express it otherwise or leave it out")
        }
        try check(shape, schema)
        return shape
    }

    /// Bounds that one and the same schema contradicts itself with.
    private func check(_ shape: SchemaShape, _ schema: Int) throws(SchemaError) {
        func check(_ what: String, _ minimum: Int, _ maximum: Int?) throws(SchemaError) {
            guard let maximum, minimum > maximum else { return }
            throw .unsatisfiable(
                pointer: document.pointer(of: schema), reason: "at least \(minimum) \(what), at most \(maximum)")
        }
        try check("characters", shape.minimumLength, shape.maximumLength)
        try check("elements", shape.minimumCount, shape.maximumCount)
        try check("properties", max(shape.minimumProperties, shape.required.count), shape.maximumProperties)
        if let lower = shape.lower, let upper = shape.upper,
            lower.value > upper.value || (lower.value == upper.value && (lower.isExclusive || upper.isExclusive))
        {
            throw .unsatisfiable(
                pointer: document.pointer(of: schema), reason: "the smallest number is above the largest")
        }
    }

    // MARK: Any value

    private func readType(_ name: String, _ entry: Int, _ shape: inout SchemaShape) throws(SchemaError) -> Bool {
        switch name {
        case "type":
            var kinds: Set<SchemaShape.Kind> = []
            let types: [Int]
            if case .array(let list) = document[entry] { types = list } else { types = [entry] }
            for type in types {
                switch document[type] {
                case .string("object"): kinds.insert(.object)
                case .string("array"): kinds.insert(.array)
                case .string("string"): kinds.insert(.string)
                case .string("integer"): kinds.insert(.integer)
                case .string("number"): kinds.formUnion([.integer, .fraction])
                case .string("boolean"): kinds.insert(.boolean)
                case .string("null"): kinds.insert(.null)
                default: throw invalid(type, "object, array, string, integer, number, boolean or null")
                }
            }
            guard !kinds.isEmpty else { throw invalid(entry, "at least one type") }
            shape.kinds = kinds
        case "enum", "const":
            var values = [entry]
            if name == "enum" {
                guard case .array(let list) = document[entry] else { throw invalid(entry, "an array of values") }
                values = list
            }
            guard !values.isEmpty else {
                throw .unsatisfiable(pointer: document.pointer(of: entry), reason: "there is no value to choose")
            }
            if let others = shape.values {
                values = values.filter { value in others.contains { document.areEqual($0, value) } }
            }
            shape.values = values
        default: return false
        }
        return true
    }

    private func readNumber(_ name: String, _ entry: Int, _ shape: inout SchemaShape) throws(SchemaError) -> Bool {
        switch name {
        case "minimum", "exclusiveMinimum":
            let bound = NumberBound(value: try number(entry), isExclusive: name == "exclusiveMinimum")
            shape.lower = SchemaShape.tighter(shape.lower, bound) { $0.value > $1.value }
        case "maximum", "exclusiveMaximum":
            let bound = NumberBound(value: try number(entry), isExclusive: name == "exclusiveMaximum")
            shape.upper = SchemaShape.tighter(shape.upper, bound) { $0.value < $1.value }
        case "multipleOf":
            guard try number(entry) > .zero else { throw invalid(entry, "a number above 0") }
            shape.divisors = [entry]
        default: return false
        }
        shape.concerned.formUnion([.integer, .fraction])
        return true
    }

    // MARK: Strings

    private func readString(_ name: String, _ entry: Int, _ shape: inout SchemaShape) throws(SchemaError) -> Bool {
        switch name {
        case "minLength": shape.minimumLength = try count(entry)
        case "maxLength": shape.maximumLength = try count(entry)
        case "pattern": shape.patterns.append((entry, try pattern(string(entry), entry)))
        case "format":
            let format = try string(entry)
            guard let text = StringFormats.pattern(format) else {
                throw .unsupported(
                    pointer: document.pointer(of: entry),
                    reason: "the format \(format.debugDescription) is not followed; known are "
                        + StringFormats.names.joined(separator: ", ") + "; a pattern can say it, too")
            }
            shape.patterns.append((entry, try pattern(text, entry)))
        default: return false
        }
        shape.concerned.insert(.string)
        return true
    }

    private func pattern(_ text: String, _ entry: Int) throws(SchemaError) -> StringPattern {
        do { return try StringPatternReader.read(text) } catch {
            throw .pattern(
                pointer: document.pointer(of: entry), pattern: text, offset: error.offset, reason: error.reason)
        }
    }

    // MARK: Arrays

    private func readArray(
        _ name: String, _ entry: Int, _ schema: Int, _ shape: inout SchemaShape
    ) throws(SchemaError) -> Bool {
        if shape.arrays.isEmpty { shape.arrays = [.init()] }
        switch name {
        case "items":
            // Before draft 2020-12 `items` could be what `prefixItems` is now.
            if case .array(let prefix) = document[entry] {
                shape.arrays[0].prefix = prefix
                shape.arrays[0].items = document.member("additionalItems", of: schema)
            } else {
                shape.arrays[0].items = entry
            }
        case "additionalItems": break
        case "prefixItems":
            guard case .array(let prefix) = document[entry] else { throw invalid(entry, "an array of schemas") }
            shape.arrays[0].prefix = prefix
        case "minItems": shape.minimumCount = try count(entry)
        case "maxItems": shape.maximumCount = try count(entry)
        case "uniqueItems":
            guard try !boolean(entry) else {
                throw .unsupported(
                    pointer: document.pointer(of: entry),
                    reason: "a grammar cannot tell whether elements repeat; leave uniqueItems out and look afterwards")
            }
        case "unevaluatedItems": try checkFalse(entry)
        default:
            if shape.arrays[0].prefix.isEmpty, shape.arrays[0].items == nil { shape.arrays = [] }
            return false
        }
        shape.concerned.insert(.array)
        return true
    }

    // MARK: Objects

    private func readObject(_ name: String, _ entry: Int, _ shape: inout SchemaShape) throws(SchemaError) -> Bool {
        if shape.objects.isEmpty { shape.objects = [.init()] }
        switch name {
        case "properties":
            guard case .object(let members) = document[entry] else { throw invalid(entry, "an object of schemas") }
            shape.objects[0].properties = members
        case "required":
            guard case .array(let list) = document[entry] else { throw invalid(entry, "an array of names") }
            for element in list {
                let name = try string(element)
                if !shape.requires(name) { shape.required.append(name) }
            }
        case "additionalProperties": shape.objects[0].additional = entry
        case "propertyNames": shape.names = [entry]
        case "minProperties": shape.minimumProperties = try count(entry)
        case "maxProperties": shape.maximumProperties = try count(entry)
        case "unevaluatedProperties": try checkFalse(entry)
        default:
            if shape.objects[0].properties.isEmpty, shape.objects[0].additional == nil { shape.objects = [] }
            return false
        }
        shape.concerned.insert(.object)
        return true
    }

    /// What this keyword is about is known only when all that stands beside it is (``SchemaExpansion``).
    private func checkFalse(_ entry: Int) throws(SchemaError) {
        guard document[entry] == .boolean(false) else {
            throw .unsupported(
                pointer: document.pointer(of: entry),
                reason: "\(document.name(of: entry)) is followed only where it is false")
        }
    }

    // MARK: Values of keywords

    private func string(_ entry: Int) throws(SchemaError) -> String {
        guard case .string(let text) = document[entry] else { throw invalid(entry, "a string") }
        return text
    }

    private func boolean(_ entry: Int) throws(SchemaError) -> Bool {
        guard case .boolean(let value) = document[entry] else { throw invalid(entry, "true or false") }
        return value
    }

    private func count(_ entry: Int) throws(SchemaError) -> Int {
        let limit = 1_000_000_000
        switch document[entry] {
        case .integer(let value) where (0...limit).contains(value): return value
        case .number(let value) where value >= 0 && value <= Double(limit) && value.rounded() == value:
            return Int(value)
        default: throw invalid(entry, "an integer from 0 to \(limit)")
        }
    }

    func number(_ entry: Int) throws(SchemaError) -> DecimalNumber {
        switch document[entry] {
        case .integer(let value): return DecimalNumber(value)
        case .number(let value):
            if let number = DecimalNumber(value) { return number }
        default: break
        }
        throw invalid(entry, "a number")
    }

    func invalid(_ entry: Int, _ expected: String) -> SchemaError {
        let found =
            switch document[entry] {
            case .object: "an object"
            case .array: "an array"
            default: document.json(of: entry)
            }
        return .invalid(pointer: document.pointer(of: entry), found: String(found.prefix(80)), expected: expected)
    }
}
