extension EvaluationReport {
    /// One row for each item, between commas (RFC 4180, lines ended by a line feed): its name, for each figure
    /// that items have a share in its value, errors and what they were made from, the texts, and why it failed where it did.
    ///
    /// Columns are called after figures and parts: `word_error_rate`, `word_error_rate.errors`,
    /// `word_error_rate.deletions`. A value that is undefined is an empty field.
    public func itemTable() -> String {
        let shared = Set(items.flatMap(\.figures.keys))
        let columns = figures.filter { shared.isEmpty || shared.contains($0.name) }.map { figure in
            (name: figure.name, parts: Set(items.flatMap { $0.parts?[figure.name]?.keys.map(\.self) ?? [] }).sorted())
        }
        var header = ["name"]
        for column in columns {
            header += [column.name, column.name + ".errors"] + column.parts.map { "\(column.name).\($0)" }
        }
        var rows = [header + ["reference", "output", "error"]]
        for item in items {
            var row = [item.name]
            for column in columns {
                let ratio = item.figures[column.name]
                row += [Self.field(ratio?.value), Self.field(ratio?.numerator)]
                row += column.parts.map { Self.field(item.parts?[column.name]?[$0]) }
            }
            rows.append(row + [item.reference ?? "", item.output ?? "", item.error ?? ""])
        }
        return rows.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ number: Double?) -> String {
        guard let number else { return "" }
        return Int(exactly: number).map(String.init) ?? "\(number)"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
        return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
}
