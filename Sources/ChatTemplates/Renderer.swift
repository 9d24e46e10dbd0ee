/// Runs a template once.
final class Renderer {
    let name: String
    let limits: RenderingLimits
    let time: TemplateTime
    private(set) var scope: Scope
    private var output: [UInt32] = []
    private var steps = 0
    private var nesting = 0

    init(name: String, limits: RenderingLimits, time: TemplateTime, variables: [String: Value]) {
        self.name = name
        self.limits = limits
        self.time = time
        scope = Scope(parent: nil)
        scope.variables = variables
    }

    func render(_ statements: [Statement]) throws -> TemplateText {
        // Macros know their scope, which knows them: a circle, unless it is broken here.
        defer { scope.variables = [:] }
        _ = try run(statements)
        return TemplateText(units: output)
    }

    // MARK: Limits and errors

    func error(_ reason: ChatTemplateError.Reason, at place: SourcePlace) -> ChatTemplateError {
        ChatTemplateError(template: name, line: Int(place.line), column: Int(place.column), reason)
    }

    /// Counts a step, and what it makes.
    func spend(_ elements: Int = 0) throws {
        steps += 1 + elements / 8
        guard steps <= limits.steps else { throw error(.limitExceeded(.steps, limit: limits.steps), at: SourcePlace()) }
    }

    /// `text`, which an operation made.
    func made(_ text: TemplateText) throws -> Value {
        try spend(text.count)
        guard text.count <= limits.textLength else {
            throw error(.limitExceeded(.textLength, limit: limits.textLength), at: SourcePlace())
        }
        return .text(text)
    }

    /// A list of `elements`, which an operation made.
    func made(_ elements: [Value], isTuple: Bool = false, at place: SourcePlace = SourcePlace()) throws -> Value {
        try spend(elements.count)
        guard elements.count <= limits.listLength else {
            throw error(.limitExceeded(.listLength, limit: limits.listLength), at: place)
        }
        var nesting = 0
        for element in elements { nesting = max(nesting, try checkedNesting(element, at: place)) }
        return .list(ValueList(elements, isTuple: isTuple, nesting: nesting + 1))
    }

    /// How deep `value` is, of which lists are made.
    func checkedNesting(_ value: Value, at place: SourcePlace) throws -> Int {
        guard let nesting = value.nesting else {
            throw error(.invalidOperation("a \(value.kind) cannot be kept in a list, a dict or a namespace"), at: place)
        }
        guard nesting < limits.valueNesting else {
            throw error(.limitExceeded(.valueNesting, limit: limits.valueNesting), at: place)
        }
        return nesting
    }

    /// Runs `body` one level deeper.
    func nested<Result>(_ body: () throws -> Result) throws -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= 2 * limits.nesting else {
            throw error(.limitExceeded(.nesting, limit: limits.nesting), at: SourcePlace())
        }
        return try body()
    }

    // MARK: Output

    private func write(_ text: TemplateText) throws {
        try spend(text.count)
        guard output.count + text.count <= limits.textLength else {
            throw error(.limitExceeded(.textLength, limit: limits.textLength), at: SourcePlace())
        }
        output.append(contentsOf: text.units)
    }

    /// What `body` writes, kept apart.
    func captured(_ body: () throws -> Void) throws -> TemplateText {
        let outer = output
        output = []
        defer { output = outer }
        try body()
        return TemplateText(units: output)
    }

    /// Runs `body` with variables of its own, which end with it.
    func scoped<Result>(_ parent: Scope? = nil, _ body: () throws -> Result) rethrows -> Result {
        let outer = scope
        let inner = Scope(parent: parent ?? outer)
        scope = inner
        defer {
            inner.variables = [:]
            scope = outer
        }
        return try body()
    }

    // MARK: Statements

    enum Flow { case onward, leaveLoop, nextInLoop }

    func run(_ statements: [Statement]) throws -> Flow {
        try nested {
            for statement in statements {
                try spend()
                let flow = try run(statement)
                if flow != .onward { return flow }
            }
            return .onward
        }
    }

    private func run(_ statement: Statement) throws -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression): try write(text(of: evaluate(expression)))
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue { return try run(branch.body) }
            return try run(otherwise)
        case .loop(let loop): try run(loop)
        case .set(let target, let expression, let place):
            try assign(evaluate(expression), to: target, place)
        case .setBlock(let target, let filters, let body):
            let text = try captured { _ = try scoped { try run(body) } }
            try assign(apply(filters, to: .text(text)), to: target, SourcePlace())
        case .macro(let syntax): scope.variables[syntax.name] = .macro(MacroValue(syntax, scope: scope))
        case .callBlock(let expression, let syntax):
            try write(text(of: scoped { try call(expression, caller: MacroValue(syntax, scope: scope)) }))
        case .filterBlock(let filters, let body):
            let text = try captured { _ = try scoped { try run(body) } }
            try write(self.text(of: apply(filters, to: .text(text))))
        case .with(let assignments, let body):
            let values = try assignments.map { try evaluate($0.value) }
            try scoped {
                for (assignment, value) in zip(assignments, values) {
                    try assign(value, to: assignment.target, SourcePlace())
                }
                _ = try run(body)
            }
        case .generation(let body):
            var text = try captured { _ = try scoped { try run(body) } }
            for index in text.units.indices { text.units[index] |= TemplateText.generationMark }
            try write(text)
        case .leaveLoop: return .leaveLoop
        case .nextInLoop: return .nextInLoop
        }
        return .onward
    }

    private func run(_ syntax: LoopSyntax) throws {
        let sequence = try evaluate(syntax.sequence)
        var elements = try self.elements(of: sequence, at: syntax.place)
        if let condition = syntax.condition {
            elements = try elements.filter { element in
                try spend()
                return try scoped {
                    try assign(element, to: syntax.target, syntax.place)
                    return try evaluate(condition).isTrue
                }
            }
        }
        if elements.isEmpty {
            _ = try scoped { try run(syntax.otherwise) }
            return
        }
        for index in elements.indices {
            let flow = try scoped {
                scope.variables["loop"] = .loop(LoopState(elements: elements, index: index))
                try assign(elements[index], to: syntax.target, syntax.place)
                return try run(syntax.body)
            }
            if flow == .leaveLoop { break }
        }
    }

    private func assign(_ value: Value, to target: Target, _ place: SourcePlace) throws {
        switch target {
        case .name(let name): scope.variables[name] = value
        case .attribute(let name, let attribute, let place):
            guard case .namespace(let namespace)? = scope.value(of: name) else {
                throw error(.invalidOperation("'\(name)' is no namespace, so nothing in it can be set"), at: place)
            }
            try set(attribute, of: namespace, to: value, at: place)
        case .tuple(let targets, let place):
            let elements = try self.elements(of: value, at: place)
            guard elements.count == targets.count else {
                throw error(
                    .invalidOperation("\(elements.count) values cannot be assigned to \(targets.count) names"),
                    at: place)
            }
            for (target, element) in zip(targets, elements) { try assign(element, to: target, place) }
        }
    }

    func set(_ attribute: String, of namespace: Namespace, to value: Value, at place: SourcePlace) throws {
        guard !attribute.hasPrefix("_") else {
            throw error(.invalidOperation("'\(attribute)' begins with '_', which no attribute may"), at: place)
        }
        _ = try checkedNesting(value, at: place)
        namespace.attributes[attribute] = value
    }
}

/// Where a loop stands.
struct LoopState {
    let elements: [Value]
    let index: Int

    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(elements.count - index)
        case "revindex0": .integer(elements.count - index - 1)
        case "first": .boolean(index == 0)
        case "last": .boolean(index == elements.count - 1)
        case "length": .integer(elements.count)
        case "depth": .integer(1)
        case "depth0": .integer(0)
        case "previtem": index > 0 ? elements[index - 1] : .undefined("there is no previous item")
        case "nextitem": index + 1 < elements.count ? elements[index + 1] : .undefined("there is no next item")
        default: nil
        }
    }
}
