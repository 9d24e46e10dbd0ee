/// A table of plain text: a heading, then rows, columns two spaces apart, numbers to the right.
public struct TextTable: Sendable {
    public struct Column: Sendable {
        public enum Alignment: Sendable { case left, right }

        let title: String
        let alignment: Alignment

        public init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// - Precondition: one cell for every column.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row of \(cells.count) cells in \(columns.count) columns")
        rows.append(cells.map { $0.escapingControlCharacters() })
    }

    /// The whole table, every line ended; empty where there are no rows.
    public func rendered(heading: Bool = true) -> String {
        guard !rows.isEmpty else { return "" }
        let lines = (heading ? [columns.map(\.title)] : []) + rows
        let widths = columns.indices.map { column in lines.map { $0[column].displayWidth }.max() ?? 0 }
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.displayWidth)
                let isLast = column == columns.count - 1
                if column > 0 { text += "  " }
                switch columns[column].alignment {
                case .right: text += padding + cell
                case .left: text += isLast ? cell : cell + padding
                }
            }
            return text + "\n"
        }.joined()
    }
}
