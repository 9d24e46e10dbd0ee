/// What expressions of a template have as their value. All but namespaces is immutable, as in the sandbox in which
/// `transformers` runs templates.
enum Value {
    /// With the words that tell what is missing.
    case undefined(String)
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(TemplateText)
    case list(ValueList)
    case dictionary(ValueDictionary)
    case namespace(Namespace)
    case loop(LoopState)
    case macro(MacroValue)
    case function(BuiltInFunction)
    /// Of a text, a list, a dictionary or a loop, not called yet.
    indirect case method(String, of: Value)

    static func text(_ string: String) -> Value { .text(TemplateText(string)) }

    /// What errors call it: Python's names, for templates are read with those in mind.
    var kind: String {
        switch self {
        case .undefined: "undefined value"
        case .none: "None"
        case .boolean: "bool"
        case .integer: "int"
        case .number: "float"
        case .text: "str"
        case .list(let list): list.isTuple ? "tuple" : "list"
        case .dictionary: "dict"
        case .namespace: "namespace"
        case .loop: "loop"
        case .macro: "macro"
        case .function, .method: "function"
        }
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .text(let text): !text.isEmpty
        case .list(let list): !list.elements.isEmpty
        case .dictionary(let dictionary): !dictionary.isEmpty
        case .namespace, .loop, .macro, .function, .method: true
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    /// A number as arithmetic takes it, truth values being 0 and 1.
    var integerValue: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    var numberValue: Double? {
        if case .number(let value) = self { value } else { integerValue.map(Double.init) }
    }

    /// How many lists lie within each other; nil for what must not lie in one.
    var nesting: Int? {
        switch self {
        case .list(let list): list.nesting
        case .dictionary(let dictionary): dictionary.nesting
        case .namespace, .loop, .macro, .function, .method: nil
        case .undefined, .none, .boolean, .integer, .number, .text: 0
        }
    }
}

/// A list or a tuple. Made by the renderer, which checks how deep it is.
struct ValueList {
    let elements: [Value]
    let isTuple: Bool
    let nesting: Int

    init(_ elements: [Value], isTuple: Bool = false, nesting: Int) {
        self.elements = elements
        self.isTuple = isTuple
        self.nesting = nesting
    }

    /// A list of values that are no lists themselves.
    init(flat elements: [Value]) { self.init(elements, nesting: 1) }
}

/// A dictionary in the order in which its entries came.
struct ValueDictionary {
    enum Key: Hashable {
        case text(TemplateText)
        case number(Double)
        case none
    }

    private(set) var entries: [(key: Value, value: Value)] = []
    private var places: [Key: Int] = [:]
    var nesting = 1

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    subscript(key: Value) -> Value? { Self.key(key).flatMap { places[$0] }.map { entries[$0].value } }

    /// What is equal as a key; nil for what cannot be one.
    static func key(_ value: Value) -> Key? {
        switch value {
        case .text(let text): .text(text)
        case .integer, .number, .boolean: value.numberValue.map { .number($0) }
        case .none: Key.none
        default: nil
        }
    }

    /// Says whether `key` can be one.
    mutating func set(_ key: Value, _ value: Value) -> Bool {
        guard let known = Self.key(key) else { return false }
        if let place = places[known] {
            entries[place].value = value
        } else {
            places[known] = entries.count
            entries.append((key, value))
        }
        return true
    }
}

/// The one thing that a template may change: what it has made with `namespace(…)`.
final class Namespace {
    var attributes: [String: Value] = [:]
}

/// A macro with the variables among which it was defined.
final class MacroValue {
    let syntax: MacroSyntax
    let scope: Scope

    init(_ syntax: MacroSyntax, scope: Scope) {
        self.syntax = syntax
        self.scope = scope
    }
}

/// Variables of one block, and of those around it.
final class Scope {
    let parent: Scope?
    var variables: [String: Value] = [:]

    init(parent: Scope?) { self.parent = parent }

    func value(of name: String) -> Value? {
        var scope: Scope? = self
        while let present = scope {
            if let value = present.variables[name] { return value }
            scope = present.parent
        }
        return nil
    }
}
