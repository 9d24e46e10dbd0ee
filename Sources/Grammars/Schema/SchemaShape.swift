/// What a value may be: the keywords of one schema, or of several that hold at once.
struct SchemaShape {
    enum Kind: CaseIterable { case object, array, string, integer, fraction, boolean, null }

    struct ArrayRule {
        var prefix: [Int] = []
        /// Elements at the beginning that others describe: ``items`` is not about them.
        var exemptCount = 0
        /// For the elements after the prefix.
        var items: Int?
    }

    struct ObjectRule {
        var properties: [(name: String, entry: Int)] = []
        /// Properties that others describe: ``additional`` is not about them.
        var exempt: [String] = []
        /// For all others.
        var additional: Int?
    }

    /// Those that `type` allows; nil where there is none.
    var kinds: Set<Kind>?
    /// Those that other keywords are about.
    var concerned: Set<Kind> = []
    /// The values of `enum` and `const`.
    var values: [Int]?

    var lower: NumberBound?
    var upper: NumberBound?
    var divisors: [Int] = []

    var minimumLength = 0
    var maximumLength: Int?
    /// `pattern` and `format`, each with the entry that says so.
    var patterns: [(entry: Int, pattern: StringPattern)] = []

    var arrays: [ArrayRule] = []
    var minimumCount = 0
    var maximumCount: Int?

    var objects: [ObjectRule] = []
    var required: [String] = []
    var names: [Int] = []
    var minimumProperties = 0
    var maximumProperties: Int?

    /// What is written: without a `type`, only what the other keywords are about.
    var writtenKinds: Set<Kind> {
        kinds ?? (concerned.isEmpty || values != nil ? Set(Kind.allCases) : concerned)
    }
    /// What is valid.
    var validKinds: Set<Kind> { kinds ?? Set(Kind.allCases) }

    /// Both at once; nil where their types exclude each other.
    func merged(with other: SchemaShape) -> SchemaShape? {
        var both = self
        if let kinds, let others = other.kinds {
            both.kinds = kinds.intersection(others)
            if both.kinds?.isEmpty ?? false { return nil }
        } else {
            both.kinds = kinds ?? other.kinds
        }
        both.concerned.formUnion(other.concerned)
        both.lower = Self.tighter(lower, other.lower) { $0.value > $1.value }
        both.upper = Self.tighter(upper, other.upper) { $0.value < $1.value }
        both.divisors += other.divisors
        both.minimumLength = max(minimumLength, other.minimumLength)
        both.maximumLength = Self.smaller(maximumLength, other.maximumLength)
        both.patterns += other.patterns.filter { new in !patterns.contains { $0.pattern == new.pattern } }
        both.arrays += other.arrays
        both.minimumCount = max(minimumCount, other.minimumCount)
        both.maximumCount = Self.smaller(maximumCount, other.maximumCount)
        both.objects += other.objects
        for name in other.required where !both.requires(name) { both.required.append(name) }
        both.names += other.names
        both.minimumProperties = max(minimumProperties, other.minimumProperties)
        both.maximumProperties = Self.smaller(maximumProperties, other.maximumProperties)
        return both
    }

    func requires(_ name: String) -> Bool { required.contains { $0.utf8.elementsEqual(name.utf8) } }

    static func tighter(
        _ left: NumberBound?, _ right: NumberBound?, _ isTighter: (NumberBound, NumberBound) -> Bool
    ) -> NumberBound? {
        guard let left, let right else { return left ?? right }
        if left.value == right.value {
            return NumberBound(value: left.value, isExclusive: left.isExclusive || right.isExclusive)
        }
        return isTighter(left, right) ? left : right
    }

    private static func smaller(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }

    /// All names of properties that are described or required, in their order, each once.
    var declaredNames: [String] {
        var seen: Set<[UInt8]> = []
        return (objects.flatMap { $0.properties.map(\.name) } + required).filter {
            seen.insert(Array($0.utf8)).inserted
        }
    }

    /// The schemas that hold for a property.
    func schemas(of name: String) -> [Int] {
        objects.compactMap { rule in
            if let stated = rule.properties.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                return stated.entry
            }
            return rule.exempt.contains { $0.utf8.elementsEqual(name.utf8) } ? nil : rule.additional
        }
    }

    /// The schemas that hold for the properties that are not declared; nil where none is written.
    var schemasOfOthers: [Int]? {
        let stated = objects.compactMap(\.additional)
        if !stated.isEmpty { return stated }
        return declaredNames.isEmpty ? [] : nil
    }

    /// The schemas that hold for the element of an index.
    func schemas(at index: Int) -> [Int] {
        arrays.compactMap { rule in
            if rule.prefix.indices.contains(index) { return rule.prefix[index] }
            return index < rule.exemptCount ? nil : rule.items
        }
    }

    /// How many elements are described one by one.
    var prefixCount: Int { arrays.map(\.prefix.count).max() ?? 0 }

    /// The schemas that hold for all elements after those; nil where none is written.
    var schemasOfRest: [Int]? {
        let stated = arrays.compactMap(\.items)
        if !stated.isEmpty { return stated }
        return prefixCount > 0 ? nil : []
    }

    /// Forbids the properties that no keyword here describes; `entry` says so.
    mutating func forbidOtherProperties(_ entry: Int) {
        guard objects.allSatisfy({ $0.additional == nil }) else { return }
        objects.append(ObjectRule(exempt: objects.flatMap { $0.properties.map(\.name) }, additional: entry))
    }

    /// The same for elements.
    mutating func forbidOtherElements(_ entry: Int) {
        guard arrays.allSatisfy({ $0.items == nil }) else { return }
        arrays.append(ArrayRule(exemptCount: prefixCount, items: entry))
    }
}
