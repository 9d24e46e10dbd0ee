import JSON

/// Turns a schema into the rules of a grammar: one for every set of schemas that hold for a value at once, so that a
/// schema which refers to itself becomes a rule which does.
struct SchemaCompiler {
    static let ruleLimit = 100_000

    private let document: SchemaDocument
    private var expansion: SchemaExpansion
    private var rules: [(name: String, expression: GrammarExpression)] = []
    private var names: [[Int]: String] = [:]
    private var waiting: [(name: String, schemas: [Int])] = []
    private var ruleCount = 0

    init(_ document: SchemaDocument) {
        self.document = document
        expansion = SchemaExpansion(document)
    }

    mutating func grammar() throws(SchemaError) -> Grammar {
        do { rules = try JSONRules.rules() } catch { throw .grammar(error) }
        let root = try reference(to: [SchemaDocument.root], isRoot: true)
        guard case .reference(let name) = root else { throw .grammar(.noRule("#")) }
        while let (name, schemas) = waiting.popLast() {
            var choices: [GrammarExpression] = []
            for shape in try expansion.shapes(of: schemas) {
                choices.append(try expression(for: shape, schemas.first ?? SchemaDocument.root))
            }
            rules.append((name, .choice(choices)))
        }
        do { return try Grammar(rules: rules, root: name, allowsEndlessRules: true) } catch {
            guard case .endlessRule = error else { throw .grammar(error) }
            let (pointer, reason) =
                expansion.impossibilities.first ?? ("#", "every value would have to hold another of its kind")
            throw .unsatisfiable(pointer: pointer, reason: reason)
        }
    }

    /// The rule of the values for which all of `schemas` hold.
    private mutating func reference(to schemas: [Int], isRoot: Bool = false) throws(SchemaError) -> GrammarExpression {
        let schemas = Set(schemas).sorted().filter { schema in
            if case .object(let members) = document[schema], members.isEmpty { return false }
            return document[schema] != .boolean(true)
        }
        if schemas.isEmpty, !isRoot { return JSONRules.value }
        if let name = names[schemas] { return .reference(name) }
        let name = try newName(schemas.first ?? SchemaDocument.root)
        names[schemas] = name
        waiting.append((name, schemas))
        return .reference(name)
    }

    private mutating func newName(_ entry: Int) throws(SchemaError) -> String {
        ruleCount += 1
        guard ruleCount <= Self.ruleLimit else {
            throw .tooComplex(pointer: document.pointer(of: entry), limit: Self.ruleLimit)
        }
        // The number keeps names apart that only look different.
        return "\(ruleCount) \(document.pointer(of: entry))"
    }

    // MARK: Values

    private mutating func expression(for shape: SchemaShape, _ entry: Int) throws(SchemaError) -> GrammarExpression {
        if let values = shape.values {
            var choices: [GrammarExpression] = []
            for value in values {
                guard try expansion.accepts(value, shape) else { continue }
                choices.append(.text(document.json(of: value)))
            }
            if choices.isEmpty {
                expansion.note(entry, "no value of the enumeration is valid for what stands beside it")
            }
            return .choice(choices)
        }
        var choices: [GrammarExpression] = []
        let kinds = shape.writtenKinds
        for kind in SchemaShape.Kind.allCases where kinds.contains(kind) {
            switch kind {
            case .object: choices.append(try object(shape, entry))
            case .array: choices.append(try array(shape, entry))
            case .string: choices.append(try string(shape))
            case .integer:
                if !kinds.contains(.fraction) || !shape.divisors.isEmpty { choices.append(try integer(shape, entry)) }
            case .fraction: if shape.divisors.isEmpty { choices.append(try number(shape, entry)) }
            case .boolean: choices.append(.choice([.text("true"), .text("false")]))
            case .null: choices.append(.text("null"))
            }
        }
        return .choice(choices)
    }

    private mutating func integer(_ shape: SchemaShape, _ entry: Int) throws(SchemaError) -> GrammarExpression {
        var (low, high) = (-NumberRanges.usualLimit, NumberRanges.usualLimit)
        if let lower = shape.lower {
            guard let floor = lower.value.floor else { throw tooManyDigits(entry) }
            low = lower.value.isInteger && !lower.isExclusive ? floor : floor + 1
            if low > high { high = NumberRanges.largestLimit }
        }
        if let upper = shape.upper {
            guard let floor = upper.value.floor else { throw tooManyDigits(entry) }
            high = upper.value.isInteger && upper.isExclusive ? floor - 1 : floor
            if shape.lower == nil, low > high { low = -NumberRanges.largestLimit }
        }
        guard low <= high else {
            expansion.note(entry, "no integer lies between the bounds")
            return .impossible
        }
        guard !shape.divisors.isEmpty else { return NumberRanges.integers(low, high) }
        return try multiples(of: shape.divisors, low, high, entry)
    }

    /// Multiples one by one, or by the zeros at their end.
    private mutating func multiples(
        of divisors: [Int], _ low: Int, _ high: Int, _ entry: Int
    ) throws(SchemaError) -> GrammarExpression {
        var step = 1
        for divisor in divisors {
            let number = try expansion.reader.number(divisor)
            guard number.isInteger, let value = number.floor, value <= NumberRanges.usualLimit else {
                throw .unsupported(
                    pointer: document.pointer(of: divisor), reason: "multipleOf is followed for integers only")
            }
            // The least common multiple.
            var (left, right) = (step, value)
            while right != 0 { (left, right) = (right, left % right) }
            let (product, overflow) = (step / left).multipliedReportingOverflow(by: value)
            guard !overflow, product <= NumberRanges.usualLimit else { throw tooManyDigits(divisor) }
            step = product
        }
        // Division towards minus infinity.
        func quotient(_ value: Int) -> Int { value >= 0 ? value / step : -((step - 1 - value) / step) }
        let (first, last) = (-quotient(-low), quotient(high))
        guard first <= last else {
            expansion.note(entry, "no multiple of \(step) lies between the bounds")
            return .impossible
        }
        let zeros = String(step).utf8.dropFirst()
        if step == 1 || (String(step).utf8.first == UInt8(ascii: "1") && zeros.allSatisfy { $0 == UInt8(ascii: "0") }) {
            let ending = GrammarExpression.literal(Array(zeros))
            return .choice([
                .sequence([NumberRanges.integers(first, min(last, -1)), ending]),
                first <= 0 && last >= 0 ? .text("0") : .impossible,
                .sequence([NumberRanges.integers(max(first, 1), last), ending]),
            ])
        }
        guard last - first < 10_000 else {
            throw .unsupported(
                pointer: document.pointer(of: divisors.first ?? entry),
                reason: "multipleOf \(step) is followed only where minimum and maximum leave at most 10000 multiples")
        }
        return .choice((first...last).map { .text("\($0 * step)") })
    }

    private func number(_ shape: SchemaShape, _ entry: Int) throws(SchemaError) -> GrammarExpression {
        guard shape.lower != nil || shape.upper != nil else { return JSONRules.number }
        for bound in [shape.lower, shape.upper].compactMap({ $0 })
        where bound.value.digitCount > NumberRanges.largestDigitCount {
            throw .unsupported(
                pointer: document.pointer(of: entry),
                reason: "a bound with more than \(NumberRanges.largestDigitCount) digits is not followed")
        }
        return NumberRanges.decimals(shape.lower, shape.upper)
    }

    private func tooManyDigits(_ entry: Int) -> SchemaError {
        .unsupported(
            pointer: document.pointer(of: entry), reason: "integers of more than 18 digits are not followed")
    }

    private mutating func string(_ shape: SchemaShape) throws(SchemaError) -> GrammarExpression {
        let quoted = { (content: GrammarExpression) in
            GrammarExpression.sequence([JSONRules.quote, content, JSONRules.quote])
        }
        guard let (entry, pattern) = shape.patterns.first else {
            if shape.minimumLength == 0, shape.maximumLength == nil { return JSONRules.string }
            guard shape.minimumLength <= shape.maximumLength ?? .max else { return .impossible }
            return quoted(
                .repetition(JSONRules.character, minimum: shape.minimumLength, maximum: shape.maximumLength))
        }
        guard shape.patterns.count == 1 else {
            throw .unsupported(
                pointer: document.pointer(of: shape.patterns[1].entry),
                reason: "a pattern or format beside another is not followed; say both in one pattern")
        }
        guard let fitted = pattern.fitted(minimum: shape.minimumLength, maximum: shape.maximumLength) else {
            throw .unsupported(
                pointer: document.pointer(of: entry),
                reason:
                    "minLength and maxLength are not followed beside this pattern, since several of its parts vary in "
                    + "length; put the lengths into the pattern")
        }
        if case .choice(let choices) = fitted, choices.isEmpty {
            expansion.note(entry, "no string that matches has a length that is allowed")
        }
        return quoted(fitted.jsonExpression)
    }

    // MARK: Arrays

    private mutating func array(_ shape: SchemaShape, _ entry: Int) throws(SchemaError) -> GrammarExpression {
        let prefixCount = min(shape.prefixCount, shape.maximumCount ?? .max)
        let rest = shape.prefixCount > prefixCount ? nil : shape.schemasOfRest
        let missing = max(0, shape.minimumCount - prefixCount)
        let room = shape.maximumCount.map { $0 - prefixCount }
        var tail = GrammarExpression.nothing
        if let rest {
            guard missing <= room ?? .max else { return .impossible }
            let element = try reference(to: rest)
            tail =
                prefixCount > 0
                ? .repetition(.sequence([JSONRules.comma, element]), minimum: missing, maximum: room)
                : list(of: element, minimum: missing, maximum: room)
        } else if missing > 0 {
            expansion.note(entry, "\(shape.minimumCount) elements are needed, and only \(prefixCount) are described")
            return .impossible
        }
        for index in (0..<prefixCount).reversed() {
            let name = try newName(entry)
            let element = try reference(to: shape.schemas(at: index))
            let content = GrammarExpression.sequence((index > 0 ? [JSONRules.comma] : []) + [element, tail])
            rules.append((name, index < shape.minimumCount ? content : .optional(content)))
            tail = .reference(name)
        }
        return .sequence([.text("["), JSONRules.space, tail, JSONRules.space, .text("]")])
    }

    /// So many of them, with commas between.
    private func list(of element: GrammarExpression, minimum: Int, maximum: Int?) -> GrammarExpression {
        if maximum == 0 { return .nothing }
        let more = GrammarExpression.repetition(
            .sequence([JSONRules.comma, element]), minimum: max(0, minimum - 1), maximum: maximum.map { $0 - 1 })
        let some = GrammarExpression.sequence([element, more])
        return minimum == 0 ? .optional(some) : some
    }

    // MARK: Objects

    /// Properties in the order of the schema, each there or not: one rule for each place in that order and, as far as it
    /// matters, each number of properties before it.
    private mutating func object(_ shape: SchemaShape, _ entry: Int) throws(SchemaError) -> GrammarExpression {
        let names = shape.declaredNames
        let others = shape.schemasOfOthers
        guard shape.names.isEmpty || names.isEmpty else {
            throw .unsupported(
                pointer: document.pointer(of: shape.names[0]),
                reason: "propertyNames beside properties or required is not followed")
        }
        let minimum = max(shape.minimumProperties, shape.required.count)
        let counts = shape.maximumProperties != nil || minimum > shape.required.count
        // From here on another property changes nothing.
        let largest = counts ? max(minimum, shape.maximumProperties ?? 0, 1) : 1
        guard (names.count + 1).multipliedReportingOverflow(by: largest + 1).partialValue <= Self.ruleLimit else {
            throw .tooComplex(pointer: document.pointer(of: entry), limit: Self.ruleLimit)
        }
        var tails: [GrammarExpression] = []
        for count in 0...largest {
            let tail = try otherProperties(
                others, after: count, minimum: counts ? minimum : 0, maximum: shape.maximumProperties, names, shape,
                entry)
            let name = try newName(entry)
            rules.append((name, tail))
            tails.append(.reference(name))
        }
        for name in names.reversed() {
            let value = try reference(to: shape.schemas(of: name))
            let member = GrammarExpression.sequence([.text(JSONText.quoted(name)), JSONRules.colon, value])
            let isRequired = shape.requires(name)
            var here: [GrammarExpression] = []
            for count in 0...largest {
                var choices: [GrammarExpression] = []
                if count < shape.maximumProperties ?? .max {
                    choices.append(
                        .sequence((count > 0 ? [JSONRules.comma] : []) + [member, tails[min(count + 1, largest)]]))
                }
                if !isRequired { choices.append(tails[count]) }
                let rule = try newName(entry)
                rules.append((rule, .choice(choices)))
                here.append(.reference(rule))
            }
            tails = here
        }
        return .sequence([.text("{"), JSONRules.space, tails[0], JSONRules.space, .text("}")])
    }

    /// What may follow the declared properties, of which there are `count` (or more, if that is all that is counted).
    private mutating func otherProperties(
        _ schemas: [Int]?, after count: Int, minimum: Int, maximum: Int?, _ names: [String], _ shape: SchemaShape,
        _ entry: Int
    ) throws(SchemaError) -> GrammarExpression {
        let missing = max(0, minimum - count)
        guard let schemas else {
            if missing > 0 { expansion.note(entry, "\(minimum) properties are needed, and fewer are described") }
            return missing == 0 ? .nothing : .impossible
        }
        let room = maximum.map { $0 - count }
        guard missing <= room ?? .max else { return .impossible }
        // Names could repeat, and would then count once only.
        guard missing <= 1 else {
            throw .unsupported(
                pointer: document.pointer(of: entry),
                reason: "minProperties is followed only as far as required and described properties reach, and one more"
            )
        }
        let name: GrammarExpression
        if shape.names.isEmpty {
            if let long = names.first(where: { $0.unicodeScalars.count > OtherNames.longest }) {
                throw .unsupported(
                    pointer: document.pointer(of: entry),
                    reason: "beside additional properties a name of more than \(OtherNames.longest) characters is not "
                        + "followed: \(long.prefix(20).debugDescription)…")
            }
            name = names.isEmpty ? JSONRules.string : OtherNames.expression(except: names)
        } else {
            var choices: [GrammarExpression] = []
            for var nameShape in try expansion.shapes(of: shape.names) where nameShape.writtenKinds.contains(.string) {
                nameShape.kinds = [.string]
                choices.append(try expression(for: nameShape, shape.names[0]))
            }
            name = .choice(choices)
        }
        let member = GrammarExpression.sequence([name, JSONRules.colon, try reference(to: schemas)])
        if count == 0 { return list(of: member, minimum: missing, maximum: room) }
        return .repetition(.sequence([JSONRules.comma, member]), minimum: missing, maximum: room)
    }
}

/// Names of properties that are none of a list.
enum OtherNames {
    /// A listed name may have so many characters.
    static let longest = 200

    /// Names without escapes, in quotes: a name that is on the list cannot hide behind one.
    static func expression(except names: [String]) -> GrammarExpression {
        let plain = ScalarSet("\"\\").union(ScalarSet([0...0x1F])).complement
        let root = rest(of: names.map { Array($0.unicodeScalars)[...] }, plain)
        return .sequence([JSONRules.quote, root, JSONRules.quote])
    }

    /// What may follow a beginning that the names begin with, too, of which `names` is what remains.
    private static func rest(of names: [ArraySlice<Unicode.Scalar>], _ plain: ScalarSet) -> GrammarExpression {
        var branches: [Unicode.Scalar: [ArraySlice<Unicode.Scalar>]] = [:]
        for name in names {
            if let first = name.first { branches[first, default: []].append(name.dropFirst()) }
        }
        let anything = GrammarExpression.repetition(.scalar(plain), minimum: 0, maximum: nil)
        let others = plain.subtracting(ScalarSet(branches.keys.map { $0.value...$0.value }))
        var choices: [GrammarExpression] = [.sequence([.scalar(others), anything])]
        if !names.contains(where: \.isEmpty) { choices.append(.nothing) }
        for (scalar, rests) in branches.sorted(by: { $0.key < $1.key }) where plain.contains(scalar) {
            choices.append(.sequence([.scalar(ScalarSet([scalar.value...scalar.value])), rest(of: rests, plain)]))
        }
        return .choice(choices)
    }
}
