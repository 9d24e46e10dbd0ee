/// The part of YAML 1.2 that the `data.yaml` of a YOLO data set uses: keys with scalars, lists of scalars and maps of
/// scalars, in block or in flow style. Deeper values and long texts are passed over.
struct YAMLText {
    enum Value: Equatable {
        /// Empty for a key without a value, `null` and `~`.
        case scalar(String)
        case list([String])
        /// In the order of the text.
        case map([(key: String, value: String)])
        /// Something that is not looked into.
        case other

        static func == (first: Value, second: Value) -> Bool {
            switch (first, second) {
            case (.scalar(let first), .scalar(let second)): first == second
            case (.list(let first), .list(let second)): first == second
            case (.map(let first), .map(let second)): first.elementsEqual(second, by: ==)
            case (.other, .other): true
            default: false
            }
        }
    }

    struct Entry {
        let value: Value
        /// Counted from 1.
        let line: Int
    }

    private(set) var entries: [String: Entry] = [:]
    private let path: String

    subscript(key: String) -> Entry? { entries[key] }

    /// - Parameter path: what errors call the text.
    init(_ bytes: [UInt8], path: String) throws(BoxDataError) {
        self.path = path
        var lines: [Line] = []
        for line in try LabelFile.lines(of: bytes, path: path) { lines.append(Line(line)) }
        var rest = lines[...]
        while let line = rest.popFirst() {
            if line.isBlank || line.text.hasPrefix("---") || line.text.hasPrefix("%") { continue }
            if line.text == "..." { break }
            guard line.indentation == 0, let (key, text) = Self.keyAndRest(line.content) else {
                throw fault(line, "'\(line.content.prefix(40))'", "a key, a colon and a value")
            }
            let value = try value(text, of: line, &rest)
            guard entries.updateValue(Entry(value: value, line: line.number), forKey: key) == nil else {
                throw fault(line, "the key '\(key)' occurs twice", "each key once")
            }
        }
    }

    private func fault(_ line: Line, _ found: String, _ expected: String) -> BoxDataError {
        BoxDataError(path: path, at: .line(line.number), .wrongValue(found, expected: expected))
    }

    // MARK: Lines

    private struct Line {
        let number: Int
        /// As it stands there.
        let text: String
        /// Without indentation and comment.
        let content: String
        let indentation: Int

        var isBlank: Bool { content.isEmpty }

        init(_ line: ManifestText.Line) {
            (number, text) = (line.number, line.text)
            let body = line.text.drop { $0 == " " }
            indentation = line.text.count - body.count
            content = Self.withoutComment(body)
        }

        /// A comment begins at a `#` outside quotes that stands behind a space or at the beginning.
        private static func withoutComment(_ text: Substring) -> String {
            var (quote, previous): (Character?, Character) = (nil, " ")
            for index in text.indices {
                let character = text[index]
                if let open = quote {
                    if character == open, open == "'" || previous != "\\" { quote = nil }
                } else if (character == "'" || character == "\"") && " [{,:".contains(previous) {
                    quote = character
                } else if character == "#", previous.isWhitespace {
                    return text[..<index].trimmed
                }
                previous = character
            }
            return text.trimmed
        }
    }

    private static func keyAndRest(_ content: String) -> (key: String, rest: String)? {
        var quote: Character?
        for index in content.indices {
            let character = content[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if index == content.startIndex, character == "'" || character == "\"" {
                quote = character
            } else if character == ":" {
                let next = content.index(after: index)
                guard next == content.endIndex || content[next].isWhitespace else { continue }
                guard let key = scalar(content[..<index].trimmed), !key.isEmpty else { return nil }
                return (key, content[next...].trimmed)
            }
        }
        return nil
    }

    // MARK: Values

    private func value(_ text: String, of line: Line, _ rest: inout ArraySlice<Line>) throws(BoxDataError) -> Value {
        switch text.first {
        case nil: return try block(of: line, &rest)
        case "[", "{":
            var (flow, brackets) = (text, Brackets())
            brackets.read(text)
            while brackets.areOpen {
                guard let next = rest.popFirst() else { throw fault(line, "a bracket that is never closed", "its end") }
                guard flow.utf8.count < 1 << 20 else {
                    throw fault(line, "a value of more than 1 MiB", "a shorter one")
                }
                flow += " " + next.content
                brackets.read(" " + next.content)
            }
            return try self.flow(flow, of: line)
        case "|", ">", "&", "*", "!":
            while let next = rest.first, next.isBlank || next.indentation > 0 { rest.removeFirst() }
            return .other
        default:
            guard let scalar = Self.scalar(text) else { throw fault(line, "'\(text.prefix(40))'", "one value") }
            if let next = rest.first(where: { !$0.isBlank }), next.indentation > 0 {
                throw fault(next, "an indented line behind a value", "the next key")
            }
            return .scalar(["null", "~", "Null", "NULL"].contains(text) ? "" : scalar)
        }
    }

    /// The lines behind a key: a list whose dashes may stand below the key's first letter, or a map.
    private func block(of line: Line, _ rest: inout ArraySlice<Line>) throws(BoxDataError) -> Value {
        var lines: [Line] = []
        while let next = rest.first {
            let isItem = next.content == "-" || next.content.hasPrefix("- ")
            guard next.isBlank || next.indentation > 0 || isItem else { break }
            rest.removeFirst()
            if !next.isBlank { lines.append(next) }
        }
        guard let first = lines.first else { return .scalar("") }
        // What is indented further belongs to something that is not looked into.
        guard lines.allSatisfy({ $0.indentation == first.indentation }) else { return .other }
        if first.content.hasPrefix("-") {
            var items: [String] = []
            for line in lines {
                guard line.content.hasPrefix("-"), let item = Self.scalar(line.content.dropFirst().trimmed) else {
                    throw fault(line, "'\(line.content.prefix(40))'", "an item behind a dash")
                }
                items.append(item)
            }
            return .list(items)
        }
        var pairs: [(key: String, value: String)] = []
        for line in lines {
            guard let (key, text) = Self.keyAndRest(line.content), let value = Self.scalar(text) else {
                throw fault(line, "'\(line.content.prefix(40))'", "a key, a colon and a value")
            }
            pairs.append((key, value))
        }
        return .map(pairs)
    }

    /// `[a, 'b, c']` or `{0: a, 1: b}`.
    private func flow(_ text: String, of line: Line) throws(BoxDataError) -> Value {
        let inner = text.dropFirst().dropLast()
        guard text.last == (text.first == "[" ? "]" : "}") else {
            throw fault(line, "text behind a closing bracket", "nothing")
        }
        var parts = Self.split(inner)
        // A comma may follow the last one.
        if parts.last?.isEmpty == true { parts.removeLast() }
        if parts.contains(where: { "[{".contains($0.first ?? " ") }) { return .other }
        if text.first == "[" {
            var items: [String] = []
            for part in parts {
                guard let item = Self.scalar(part) else { throw fault(line, "'\(part.prefix(40))'", "one value") }
                items.append(item)
            }
            return .list(items)
        }
        var pairs: [(key: String, value: String)] = []
        for part in parts {
            guard let (key, rest) = Self.keyAndRest(part), let value = Self.scalar(rest) else {
                throw fault(line, "'\(part.prefix(40))'", "a key, a colon and a value")
            }
            pairs.append((key, value))
        }
        return .map(pairs)
    }

    /// Between commas that stand in neither quotes nor brackets.
    private static func split(_ text: Substring) -> [String] {
        var (parts, quote, depth) = ([""], Character?.none, 0)
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"", parts[parts.count - 1].allSatisfy(\.isWhitespace) {
                quote = character
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map(\.trimmed)
    }

    /// How many brackets and quotes are open, piece by piece: a value may have very many lines.
    private struct Brackets {
        private var depth = 0
        private var quote: Character?
        private var previous: Character = " "

        var areOpen: Bool { depth > 0 || quote != nil }

        mutating func read(_ text: String) {
            for character in text {
                if let open = quote {
                    if character == open { quote = nil }
                } else if (character == "'" || character == "\"") && " [{,:".contains(previous) {
                    quote = character
                } else if "[{".contains(character) {
                    depth += 1
                } else if "]}".contains(character) {
                    depth -= 1
                }
                previous = character
            }
        }
    }

    /// Out of its quotes; nil where these do not close at the end.
    private static func scalar(_ text: String) -> String? {
        guard let quote = text.first, quote == "'" || quote == "\"" else { return text }
        guard text.count >= 2, text.last == quote else { return nil }
        let inner = text.dropFirst().dropLast()
        if quote == "'" {
            let parts = inner.split(separator: "''", omittingEmptySubsequences: false)
            return parts.contains { $0.contains("'") } ? nil : parts.joined(separator: "'")
        }
        return unescaped(inner)
    }

    /// What stands between double quotes; nil where it holds an escape that is not known.
    private static func unescaped(_ text: Substring) -> String? {
        var (result, rest) = ("", text)
        while let character = rest.popFirst() {
            if character == "\"" { return nil }
            guard character == "\\" else {
                result.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": result += "\n"
            case "t": result += "\t"
            case let same? where "\"\\/".contains(same): result.append(same)
            case "u":
                let digits = rest.prefix(4)
                guard digits.count == 4, digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: 16),
                    let scalar = Unicode.Scalar(code)
                else { return nil }
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(4)
            default: return nil
            }
        }
        return result
    }
}
