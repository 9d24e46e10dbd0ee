#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Renderer {
    // MARK: Arithmetic

    func calculate(
        _ operation: ArithmeticOperator, _ left: Value, _ right: Value, at place: SourcePlace
    ) throws -> Value {
        switch (operation, left, right) {
        case (.add, .text(var text), .text(let other)):
            text.append(other)
            return try made(text)
        case (.add, .list(let list), .list(let other)) where list.isTuple == other.isTuple:
            return try made(list.elements + other.elements, isTuple: list.isTuple, at: place)
        case (.multiply, .text(let text), _), (.multiply, _, .text(let text)):
            if let count = (left.integerValue ?? right.integerValue).map({ max(0, $0) }) {
                let (length, overflow) = text.count.multipliedReportingOverflow(by: count)
                guard !overflow, length <= limits.textLength else {
                    throw error(.limitExceeded(.textLength, limit: limits.textLength), at: place)
                }
                return try made(TemplateText(units: repeatElement(text.units, count: count).flatMap { $0 }))
            }
        case (.multiply, .list(let list), _), (.multiply, _, .list(let list)):
            if let count = (left.integerValue ?? right.integerValue).map({ max(0, $0) }) {
                let (length, overflow) = list.elements.count.multipliedReportingOverflow(by: count)
                guard !overflow, length <= limits.listLength else {
                    throw error(.limitExceeded(.listLength, limit: limits.listLength), at: place)
                }
                return try made(repeatElement(list.elements, count: count).flatMap { $0 }, isTuple: list.isTuple)
            }
        default: break
        }
        if let left = left.integerValue, let right = right.integerValue {
            return try calculate(operation, left, right, at: place)
        }
        if let left = left.numberValue, let right = right.numberValue {
            return try calculate(operation, left, right, at: place)
        }
        for case .undefined(let what) in [left, right] { throw error(.undefined(what), at: place) }
        throw error(
            .invalidOperation("'\(operation.rawValue)' cannot be applied to a \(left.kind) and a \(right.kind)"),
            at: place)
    }

    private func calculate(
        _ operation: ArithmeticOperator, _ left: Int, _ right: Int, at place: SourcePlace
    ) throws -> Value {
        func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
            guard !result.overflow else {
                throw error(.invalidOperation("a whole number becomes too large"), at: place)
            }
            return .integer(result.partialValue)
        }
        switch operation {
        case .add: return try checked(left.addingReportingOverflow(right))
        case .subtract: return try checked(left.subtractingReportingOverflow(right))
        case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
        case .divide: return try calculate(.divide, Double(left), Double(right), at: place)
        case .divideToFloor, .remainder:
            guard right != 0 else { throw error(.invalidOperation("a number is divided by 0"), at: place) }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            guard !overflow else { throw error(.invalidOperation("a whole number becomes too large"), at: place) }
            let remainder = left % right
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .divideToFloor { return .integer(isBelow ? quotient - 1 : quotient) }
            return .integer(isBelow ? remainder + right : remainder)
        case .power:
            guard right >= 0 else { return try calculate(.power, Double(left), Double(right), at: place) }
            var result = 1
            guard abs(Double(left)) > 1 else {
                return .integer(right == 0 ? 1 : left == -1 ? (right % 2 == 0 ? 1 : -1) : left)
            }
            for _ in 0..<min(right, 64) {
                guard case .integer(let next) = try checked(result.multipliedReportingOverflow(by: left)) else { break }
                result = next
            }
            return .integer(result)
        }
    }

    private func calculate(
        _ operation: ArithmeticOperator, _ left: Double, _ right: Double, at place: SourcePlace
    ) throws -> Value {
        switch operation {
        case .add: return .number(left + right)
        case .subtract: return .number(left - right)
        case .multiply: return .number(left * right)
        case .power: return .number(pow(left, right))
        case .divide, .divideToFloor, .remainder:
            guard right != 0 else { throw error(.invalidOperation("a number is divided by 0"), at: place) }
            if operation == .divide { return .number(left / right) }
            if operation == .divideToFloor { return .number((left / right).rounded(.down)) }
            let remainder = fmod(left, right)
            return .number(remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder)
        }
    }

    // MARK: Comparisons

    func compare(
        _ operation: ComparisonOperator, _ left: Value, _ right: Value, at place: SourcePlace
    ) throws -> Bool {
        switch operation {
        case .equal: try areEqual(left, right)
        case .unequal: try !areEqual(left, right)
        case .less: try precedes(left, right, "<", at: place)
        case .lessOrEqual: try !precedes(right, left, "<=", at: place)
        case .greater: try precedes(right, left, ">", at: place)
        case .greaterOrEqual: try !precedes(left, right, ">=", at: place)
        case .isIn: try contains(right, left, at: place)
        case .isNotIn: try !contains(right, left, at: place)
        }
    }

    /// Values hold no circles, and are not deep, so that this ends.
    func areEqual(_ left: Value, _ right: Value) throws -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.text(let left), .text(let right)):
            guard left.count == right.count else { return false }
            try spend(left.count)
            return left == right
        case (.list(let left), .list(let right)):
            guard left.isTuple == right.isTuple, left.elements.count == right.elements.count else { return false }
            for (one, other) in zip(left.elements, right.elements) {
                try spend()
                guard try areEqual(one, other) else { return false }
            }
            return true
        case (.dictionary(let left), .dictionary(let right)):
            guard left.count == right.count else { return false }
            for entry in left.entries {
                try spend()
                guard let other = right[entry.key], try areEqual(entry.value, other) else { return false }
            }
            return true
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.macro(let left), .macro(let right)): return left === right
        default:
            guard let left = left.numberValue, let right = right.numberValue else { return false }
            return left == right
        }
    }

    func precedes(_ left: Value, _ right: Value, _ operation: String, at place: SourcePlace) throws -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)):
            try spend(min(left.count, right.count))
            return left < right
        case (.list(let left), .list(let right)) where left.isTuple == right.isTuple:
            for (one, other) in zip(left.elements, right.elements) {
                try spend()
                if try !areEqual(one, other) { return try precedes(one, other, operation, at: place) }
            }
            return left.elements.count < right.elements.count
        default:
            if let left = left.integerValue, let right = right.integerValue { return left < right }
            if let left = left.numberValue, let right = right.numberValue { return left < right }
            for case .undefined(let what) in [left, right] { throw error(.undefined(what), at: place) }
            throw error(
                .invalidOperation("'\(operation)' cannot be applied to a \(left.kind) and a \(right.kind)"), at: place)
        }
    }

    func contains(_ container: Value, _ value: Value, at place: SourcePlace) throws -> Bool {
        switch container {
        case .undefined: return false
        case .text(let text):
            guard case .text(let part) = value else { throw wrongOperand("in", value, at: place) }
            try spend(text.count + part.count)
            return text.contains(part)
        case .list(let list):
            for element in list.elements {
                try spend()
                if try areEqual(element, value) { return true }
            }
            return false
        case .dictionary(let dictionary):
            guard ValueDictionary.key(value) != nil else { throw wrongOperand("in", value, at: place) }
            return dictionary[value] != nil
        default: throw wrongOperand("in", container, at: place)
        }
    }
}
