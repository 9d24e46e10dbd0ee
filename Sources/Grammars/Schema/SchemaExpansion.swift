import JSON

/// Takes schemas apart: what holds at once becomes one shape, what holds alternatively several.
struct SchemaExpansion {
    static let shapeLimit = 1000
    static let workLimit = 50_000
    static let deepestNesting = 100

    let reader: SchemaReader
    /// Why alternatives were left out, in the order in which that was found.
    private(set) var impossibilities: [(pointer: String, reason: String)] = []
    private var work = 0

    init(_ document: SchemaDocument) { reader = SchemaReader(document: document) }

    private var document: SchemaDocument { reader.document }

    mutating func note(_ entry: Int, _ reason: String) {
        if impossibilities.count < 100 { impossibilities.append((document.pointer(of: entry), reason)) }
    }

    /// What a value may be for which all of `schemas` hold.
    mutating func shapes(of schemas: [Int]) throws(SchemaError) -> [SchemaShape] {
        var shapes = [SchemaShape()]
        for schema in schemas { shapes = try crossed(shapes, self.shapes(of: schema, within: []), schema) }
        return shapes
    }

    private mutating func shapes(of schema: Int, within active: Set<Int>) throws(SchemaError) -> [SchemaShape] {
        work += 1
        guard work <= Self.workLimit, active.count <= Self.deepestNesting else {
            throw .tooComplex(
                pointer: document.pointer(of: schema),
                limit: work > Self.workLimit ? Self.workLimit : Self.deepestNesting)
        }
        if case .boolean(let isAnything) = document[schema] {
            if !isAnything { note(schema, "the schema is false") }
            return isAnything ? [SchemaShape()] : []
        }
        guard !active.contains(schema) else { throw .circularReference(pointer: document.pointer(of: schema)) }
        let active = active.union([schema])
        var shapes = [try reader.shape(of: schema)]
        guard case .object(let members) = document[schema] else { return shapes }
        for (name, entry) in members where SchemaReader.combining.contains(name) {
            if name == "$ref" {
                guard case .string(let reference) = document[entry] else { throw reader.invalid(entry, "a string") }
                guard let target = document.target(of: reference) else {
                    throw .unresolvedReference(pointer: document.pointer(of: entry), reference)
                }
                shapes = try crossed(shapes, self.shapes(of: target, within: active), entry)
                continue
            }
            guard case .array(let parts) = document[entry], !parts.isEmpty else {
                throw reader.invalid(entry, "an array of schemas")
            }
            var alternatives: [[SchemaShape]] = []
            for part in parts { alternatives.append(try self.shapes(of: part, within: active)) }
            switch name {
            case "allOf":
                for (part, shapesOfPart) in zip(parts, alternatives) {
                    shapes = try crossed(shapes, shapesOfPart, part)
                }
            case "oneOf":
                try checkDisjoint(alternatives, besides: shapes, entry)
                shapes = try crossed(shapes, alternatives.flatMap { $0 }, entry)
            default: shapes = try crossed(shapes, alternatives.flatMap { $0 }, entry)
            }
        }
        // About what neither the keywords of this schema describe nor those of the schemas that it combines.
        if let entry = document.member("unevaluatedProperties", of: schema) {
            for index in shapes.indices { shapes[index].forbidOtherProperties(entry) }
        }
        if let entry = document.member("unevaluatedItems", of: schema) {
            for index in shapes.indices { shapes[index].forbidOtherElements(entry) }
        }
        return shapes
    }

    private mutating func crossed(
        _ left: [SchemaShape], _ right: [SchemaShape], _ entry: Int
    ) throws(SchemaError) -> [SchemaShape] {
        guard left.count * right.count <= Self.shapeLimit else {
            throw .tooComplex(pointer: document.pointer(of: entry), limit: Self.shapeLimit)
        }
        var both: [SchemaShape] = []
        for first in left {
            for second in right {
                if let merged = try merged(first, second) { both.append(merged) }
            }
        }
        if both.isEmpty, !left.isEmpty, !right.isEmpty { note(entry, "it excludes what stands beside it") }
        return both
    }

    /// Both at once; nil where they exclude each other in type or in the values they list.
    private func merged(_ left: SchemaShape, _ right: SchemaShape) throws(SchemaError) -> SchemaShape? {
        guard var both = left.merged(with: right) else { return nil }
        if let values = left.values, let others = right.values {
            both.values = values.filter { value in others.contains { document.areEqual($0, value) } }
            if both.values?.isEmpty ?? false { return nil }
        } else {
            both.values = left.values ?? right.values
        }
        return both
    }

    // MARK: oneOf

    /// Of a `oneOf` exactly one may hold. That no value satisfies two has to be evident.
    private mutating func checkDisjoint(
        _ alternatives: [[SchemaShape]], besides shapes: [SchemaShape], _ entry: Int
    ) throws(SchemaError) {
        for (second, others) in alternatives.enumerated() {
            for first in 0..<second {
                let others = try crossed(shapes, others, entry)
                for left in try crossed(shapes, alternatives[first], entry) {
                    for right in others {
                        var isApart = try excludes(written: left, right, depth: 0)
                        if isApart { isApart = try excludes(written: right, left, depth: 0) }
                        guard isApart else {
                            throw .overlappingAlternatives(
                                pointer: document.pointer(of: entry), first: first, second: second)
                        }
                    }
                }
            }
        }
    }

    /// Whether nothing that is written for `written` is valid for `other`, as far as that is easily seen.
    private mutating func excludes(
        written: SchemaShape, _ other: SchemaShape, depth: Int
    ) throws(SchemaError) -> Bool {
        work += 1
        guard depth < 4, work <= Self.workLimit else { return false }
        if let values = written.values ?? other.values {
            for value in values {
                guard try accepts(value, written) else { continue }
                if try accepts(value, other) { return false }
            }
            return true
        }
        for kind in written.writtenKinds.intersection(other.validKinds) {
            switch kind {
            case .boolean, .null: return false
            case .integer, .fraction:
                func isBelow(_ upper: NumberBound?, _ lower: NumberBound?) -> Bool {
                    guard let upper, let lower else { return false }
                    return upper.value < lower.value
                        || (upper.value == lower.value && (upper.isExclusive || lower.isExclusive))
                }
                guard isBelow(written.upper, other.lower) || isBelow(other.upper, written.lower) else { return false }
            case .string:
                guard
                    (written.maximumLength ?? .max) < other.minimumLength
                        || (other.maximumLength ?? .max) < written.minimumLength
                else { return false }
            case .array:
                guard
                    (written.maximumCount ?? .max) < other.minimumCount
                        || (other.maximumCount ?? .max) < written.minimumCount
                else { return false }
            case .object:
                guard try objectsExclude(written: written, other, depth: depth) else { return false }
            }
        }
        return true
    }

    private mutating func objectsExclude(
        written: SchemaShape, _ other: SchemaShape, depth: Int
    ) throws(SchemaError) -> Bool {
        // A property that is needed, but never written.
        let names = written.declaredNames
        let others = written.schemasOfOthers
        if others == nil || others?.contains(where: { document[$0] == .boolean(false) }) ?? false,
            other.required.contains(where: { name in !names.contains { $0.utf8.elementsEqual(name.utf8) } })
        {
            return true
        }
        for name in written.required {
            let (mine, theirs) = (try shapes(of: written.schemas(of: name)), try shapes(of: other.schemas(of: name)))
            var isApart = true
            for left in mine {
                for right in theirs where isApart {
                    isApart = try excludes(written: left, right, depth: depth + 1)
                }
            }
            if isApart { return true }
        }
        return false
    }

    // MARK: Values

    /// Whether a value that is written out in the schema is valid for a shape.
    mutating func accepts(_ value: Int, _ shape: SchemaShape) throws(SchemaError) -> Bool {
        if let values = shape.values, !values.contains(where: { document.areEqual($0, value) }) { return false }
        switch document[value] {
        case .null: return shape.validKinds.contains(.null)
        case .boolean: return shape.validKinds.contains(.boolean)
        case .integer, .number: return try acceptsNumber(reader.number(value), shape)
        case .string(let text):
            guard shape.validKinds.contains(.string) else { return false }
            let count = text.unicodeScalars.count
            guard count >= shape.minimumLength, count <= shape.maximumLength ?? .max else { return false }
            for (_, pattern) in shape.patterns {
                do {
                    let grammar = try Grammar(
                        rules: [("root", pattern.jsonExpression)], root: "root", allowsEndlessRules: true)
                    let quoted = JSONText.quoted(text).utf8.dropFirst().dropLast()
                    guard try grammar.matches(quoted) else { return false }
                } catch { throw .grammar(error) }
            }
            return true
        case .array(let elements):
            guard shape.validKinds.contains(.array), elements.count >= shape.minimumCount,
                elements.count <= shape.maximumCount ?? .max
            else { return false }
            for (index, element) in elements.enumerated() {
                guard try accepts(element, schemas: shape.schemas(at: index)) else { return false }
            }
            return true
        case .object(let members):
            guard shape.validKinds.contains(.object), members.count >= shape.minimumProperties,
                members.count <= shape.maximumProperties ?? .max,
                shape.required.allSatisfy({ document.member($0, of: value) != nil })
            else { return false }
            guard shape.names.isEmpty else {
                throw .unsupported(
                    pointer: document.pointer(of: value),
                    reason: "a constant object beside propertyNames is not followed")
            }
            for (name, entry) in members {
                guard try accepts(entry, schemas: shape.schemas(of: name)) else { return false }
            }
            return true
        }
    }

    private mutating func accepts(_ value: Int, schemas: [Int]) throws(SchemaError) -> Bool {
        for shape in try shapes(of: schemas) {
            if try accepts(value, shape) { return true }
        }
        return false
    }

    private func acceptsNumber(_ number: DecimalNumber, _ shape: SchemaShape) throws(SchemaError) -> Bool {
        guard shape.validKinds.contains(number.isInteger ? .integer : .fraction) else { return false }
        if let lower = shape.lower, number < lower.value || (lower.isExclusive && number == lower.value) {
            return false
        }
        if let upper = shape.upper, number > upper.value || (upper.isExclusive && number == upper.value) {
            return false
        }
        for entry in shape.divisors {
            let divisor = try reader.number(entry)
            guard divisor.isInteger, let step = divisor.floor, number.isInteger, let value = number.floor else {
                throw .unsupported(
                    pointer: document.pointer(of: entry),
                    reason: "multipleOf is followed for integers only, beside integers")
            }
            if value % step != 0 { return false }
        }
        return true
    }
}
