extension Renderer {
    /// What Python's `str` makes of a value: what stands in the result where the value is written.
    func text(of value: Value) throws -> TemplateText {
        switch value {
        case .text(let text): return text
        case .undefined: return TemplateText()
        default:
            var result = TemplateText()
            try appendRepresentation(of: value, to: &result)
            return result
        }
    }

    /// What Python's `repr` makes of it.
    private func appendRepresentation(of value: Value, to result: inout TemplateText) throws {
        try spend()
        switch value {
        case .undefined: result.append(TemplateText("Undefined"))
        case .none: result.append(TemplateText("None"))
        case .boolean(let value): result.append(TemplateText(value ? "True" : "False"))
        case .integer(let value): result.append(TemplateText("\(value)"))
        case .number(let value): result.append(TemplateText("\(value)"))
        case .text(let text):
            try spend(text.count)
            Self.appendQuoted(text, to: &result)
        case .list(let list):
            result.append(TemplateText(list.isTuple ? "(" : "["))
            for (index, element) in list.elements.enumerated() {
                if index > 0 { result.append(TemplateText(", ")) }
                try appendRepresentation(of: element, to: &result)
            }
            if list.isTuple, list.elements.count == 1 { result.append(TemplateText(",")) }
            result.append(TemplateText(list.isTuple ? ")" : "]"))
        case .dictionary(let dictionary):
            result.append(TemplateText("{"))
            for (index, entry) in dictionary.entries.enumerated() {
                if index > 0 { result.append(TemplateText(", ")) }
                try appendRepresentation(of: entry.key, to: &result)
                result.append(TemplateText(": "))
                try appendRepresentation(of: entry.value, to: &result)
            }
            result.append(TemplateText("}"))
        case .namespace, .loop, .macro, .function, .method:
            throw error(.invalidOperation("a \(value.kind) cannot be written as text"), at: SourcePlace())
        }
        guard result.count <= limits.textLength else {
            throw error(.limitExceeded(.textLength, limit: limits.textLength), at: SourcePlace())
        }
    }

    private static func appendQuoted(_ text: TemplateText, to result: inout TemplateText) {
        let scalars = text.units.map { $0 & TemplateText.scalarMask }
        let quote: UInt32 = scalars.contains(0x27) && !scalars.contains(0x22) ? 0x22 : 0x27
        result.units.append(quote)
        for unit in text.units {
            let mark = unit & ~TemplateText.scalarMask
            let scalar = TemplateText.scalar(unit)
            let escape: String
            switch scalar {
            case "\\": escape = "\\\\"
            case "\n": escape = "\\n"
            case "\r": escape = "\\r"
            case "\t": escape = "\\t"
            default:
                if scalar.value == quote {
                    escape = "\\\(scalar)"
                } else if isPrintable(scalar) {
                    result.units.append(unit)
                    continue
                } else if scalar.value < 0x100 {
                    escape = "\\x" + hexadecimal(scalar.value, digits: 2)
                } else if scalar.value < 0x10000 {
                    escape = "\\u" + hexadecimal(scalar.value, digits: 4)
                } else {
                    escape = "\\U" + hexadecimal(scalar.value, digits: 8)
                }
            }
            for scalar in escape.unicodeScalars { result.units.append(scalar.value | mark) }
        }
        result.units.append(quote)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    // MARK: JSON

    /// How `tojson` writes: as Python's `json.dumps` with the settings that `transformers` allows.
    struct JSONStyle {
        var escapesNonASCII = false
        /// What a level is moved in by; nil: all on one line.
        var indent: String?
        var itemSeparator = ", "
        var keySeparator = ": "
        var sortsKeys = false
    }

    func json(_ value: Value, _ style: JSONStyle, at place: SourcePlace) throws -> TemplateText {
        var result = TemplateText()
        try appendJSON(value, style, level: 0, to: &result, at: place)
        return result
    }

    private func appendJSON(
        _ value: Value, _ style: JSONStyle, level: Int, to result: inout TemplateText, at place: SourcePlace
    ) throws {
        try spend()
        func append(_ text: String) { result.append(TemplateText(text)) }
        func newLine(_ level: Int) {
            if let indent = style.indent { append("\n" + String(repeating: indent, count: level)) }
        }
        switch value {
        case .none: append("null")
        case .boolean(let value): append(value ? "true" : "false")
        case .integer(let value): append("\(value)")
        case .number(let value):
            append(value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)")
        case .text(let text):
            try spend(text.count)
            Self.appendJSON(text, escapesNonASCII: style.escapesNonASCII, to: &result)
        case .list(let list):
            guard !list.elements.isEmpty else { return append("[]") }
            append("[")
            for (index, element) in list.elements.enumerated() {
                if index > 0 { append(style.itemSeparator) }
                newLine(level + 1)
                try appendJSON(element, style, level: level + 1, to: &result, at: place)
            }
            newLine(level)
            append("]")
        case .dictionary(let dictionary):
            guard !dictionary.isEmpty else { return append("{}") }
            var entries = try dictionary.entries.map { (key: try keyText($0.key, at: place), value: $0.value) }
            if style.sortsKeys { entries.sort { $0.key < $1.key } }
            append("{")
            for (index, entry) in entries.enumerated() {
                if index > 0 { append(style.itemSeparator) }
                newLine(level + 1)
                Self.appendJSON(entry.key, escapesNonASCII: style.escapesNonASCII, to: &result)
                append(style.keySeparator)
                try appendJSON(entry.value, style, level: level + 1, to: &result, at: place)
            }
            newLine(level)
            append("}")
        case .undefined(let what): throw error(.undefined(what), at: place)
        case .namespace, .loop, .macro, .function, .method:
            throw error(.invalidOperation("a \(value.kind) cannot be written as JSON"), at: place)
        }
        guard result.count <= limits.textLength else {
            throw error(.limitExceeded(.textLength, limit: limits.textLength), at: place)
        }
    }

    private func keyText(_ key: Value, at place: SourcePlace) throws -> TemplateText {
        if case .text(let text) = key { return text }
        return try json(key, JSONStyle(), at: place)
    }

    private static func appendJSON(_ text: TemplateText, escapesNonASCII: Bool, to result: inout TemplateText) {
        result.units.append(0x22)
        for unit in text.units {
            let mark = unit & ~TemplateText.scalarMask
            let scalar = TemplateText.scalar(unit)
            var escape: String?
            switch scalar {
            case "\"": escape = "\\\""
            case "\\": escape = "\\\\"
            case "\n": escape = "\\n"
            case "\r": escape = "\\r"
            case "\t": escape = "\\t"
            case "\u{8}": escape = "\\b"
            case "\u{C}": escape = "\\f"
            case "\0"..<" ": escape = "\\u" + hexadecimal(scalar.value, digits: 4)
            default:
                if escapesNonASCII, scalar.value > 0x7E {
                    escape = String(scalar).utf16.map { "\\u" + hexadecimal(UInt32($0), digits: 4) }.joined()
                }
            }
            if let escape {
                for scalar in escape.unicodeScalars { result.units.append(scalar.value | mark) }
            } else {
                result.units.append(unit)
            }
        }
        result.units.append(0x22)
    }
}
