import Evaluation

/// Tables of speakers and of words for a reader.
extension EvaluationReport {
    /// Speakers that are shown at most: those who are understood worst.
    private static let shownSpeakers = 12

    /// Where there are several speakers, each with the rates of the figures, the worst first.
    var speakerLines: [String] {
        guard let speakers, speakers.count > 1 else { return [] }
        let names = figures.map(\.name).filter { speakers[0].figures[$0] != nil }
        guard let headline = names.first else { return [] }
        func rate(_ speaker: Speaker, _ name: String) -> Double? { speaker.figures[name]?.value }
        let ranked = speakers.sorted {
            (-(rate($0, headline) ?? .infinity), $0.name) < (-(rate($1, headline) ?? .infinity), $1.name)
        }
        var table = TextTable(
            [.init("speaker"), .init("items", .right)]
                + names.map { .init($0.replacing("_", with: " "), .right) })
        for speaker in ranked.prefix(Self.shownSpeakers) {
            table.append(
                [speaker.name, "\(speaker.itemCount)"]
                    + names.map { rate(speaker, $0).map { Self.percentage($0, digits: 2) } ?? "-" })
        }
        let rest = ranked.count - Self.shownSpeakers
        return [""] + Self.lines(of: table)
            + (rest > 0 ? ["\(rest) \(rest == 1 ? "speaker is" : "speakers are") understood better"] : [])
    }

    /// The most frequent errors of each kind, side by side.
    func wordErrorLines(count: Int) -> [String] {
        guard let errors = wordErrors, !errors.isEmpty, count > 0 else { return [] }
        var columns: [(title: String, cells: [(word: String, count: Int)])] = []
        func add(_ title: String, _ entries: [WordErrors.Entry], _ word: (WordErrors.Entry) -> String) {
            if !entries.isEmpty { columns.append((title, entries.prefix(count).map { (word($0), $0.count) })) }
        }
        add("taken for another", errors.substitutions) { "\($0.reference ?? "") -> \($0.output ?? "")" }
        add("left out", errors.deletions) { $0.reference ?? "" }
        add("invented", errors.insertions) { $0.output ?? "" }
        var table = TextTable(columns.flatMap { [.init($0.title), .init("times", .right)] })
        for row in 0..<(columns.map(\.cells.count).max() ?? 0) {
            table.append(
                columns.flatMap { column in
                    column.cells.indices.contains(row)
                        ? [column.cells[row].word, "\(column.cells[row].count)"] : ["", ""]
                })
        }
        return [""] + Self.lines(of: table)
    }

    /// Without white space at their ends.
    private static func lines(of table: TextTable) -> [String] {
        table.rendered().split(separator: "\n").map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
