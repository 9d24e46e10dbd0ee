public import Evaluation
import Foundation

extension EvaluationReport {
    /// The report for a reader: figures with their intervals, what they stand on, and the worst items with their texts
    /// compared.
    ///
    /// - Parameters:
    ///   - worstItemCount: how many of the items with the highest error in the first figure are shown.
    ///   - wordErrorCount: how many words of each kind of error are shown, where there are such.
    public func summary(worstItemCount: Int, wordErrorCount: Int = 0) -> String {
        var lines = figures.flatMap(Self.lines)
        if failedItemCount > 0 { lines.append("failed items: \(failedItemCount) of \(items.count), in no figure") }
        lines.append("")
        lines += provenanceLines
        lines += speakerLines
        lines += wordErrorLines(count: wordErrorCount)
        if let headline = figures.first {
            lines += worstLines(worstItems(by: headline.name, count: worstItemCount), of: headline)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func lines(_ figure: Figure) -> [String] {
        let name = figure.name.replacing("_", with: " ")
        guard let value = figure.value else { return ["\(name): undefined, since there is nothing to compare with"] }
        var line = "\(name): \(amount(value, figure.unit))"
        if let interval = figure.interval {
            line +=
                " (\(percentage(interval.level, digits: 0)) interval \(amount(interval.lower, figure.unit)) to "
                + "\(amount(interval.upper, figure.unit)))"
        }
        line += " over \(figure.itemCount) item\(figure.itemCount == 1 ? "" : "s")"
        func part(_ name: String) -> String? { figure.parts[name].map { fixed($0, 0) } }
        guard let substitutions = part("substitutions"), let insertions = part("insertions"),
            let deletions = part("deletions"), let count = part("reference_count")
        else { return [line] }
        return [
            line,
            "  \(substitutions) substitutions, \(insertions) insertions, \(deletions) deletions; "
                + "\(count) in the reference",
        ]
    }

    private static func amount(_ value: Double, _ unit: String) -> String {
        unit == "fraction" ? percentage(value, digits: 2) : "\(fixed(value, 4)) \(unit)"
    }

    static func percentage(_ fraction: Double, digits: Int) -> String { "\(fixed(100 * fraction, digits)) %" }

    private var provenanceLines: [String] {
        let chosen = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        var lines = [
            "model: \(model.name) (\(model.architecture), \(fixed(Double(model.parameterCount) / 1e6, 1)) million "
                + "parameters, SHA-256 \(model.weightsSHA256.prefix(12))…)",
            "data: \(data.name) (\(data.itemCount) items, SHA-256 \(data.sha256.prefix(12))…)",
            "settings: \(chosen)",
        ]
        if let perUnit = timing.wallSecondsPerUnit, perUnit > 0 {
            lines.append(
                "time: \(fixed(timing.amount, 1)) \(timing.unit) in \(fixed(timing.wallSeconds, 1)) s, "
                    + "\(fixed(1 / perUnit, 1)) per second, \(environment.threads) threads, "
                    + "\(environment.kernelLevel), Triptych \(environment.version)")
        }
        return lines
    }

    /// ` (1 substitution, 2 deletions)`: the kinds of error that there are.
    private static func kinds(_ parts: [String: Double]) -> String {
        let kinds = ["substitution", "insertion", "deletion"].compactMap { kind -> String? in
            guard let count = parts[kind + "s"], count > 0 else { return nil }
            return "\(fixed(count, 0)) \(kind)\(count == 1 ? "" : "s")"
        }
        return kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))"
    }

    private func worstLines(_ worst: [Item], of figure: Figure) -> [String] {
        guard !worst.isEmpty else { return [] }
        var normalizer = TextNormalizer.none
        if case .text(let name) = settings["normalizer"] { normalizer = TextNormalizer(rawValue: name) ?? .none }
        var lines = ["", "worst by \(figure.name.replacing("_", with: " ")) ([-said-], {+written+}):"]
        for item in worst {
            let ratio = item.figures[figure.name]
            let rate = ratio?.value.map { Self.percentage($0, digits: 1) } ?? "-"
            let errors = fixed(ratio?.numerator ?? 0, 0)
            lines.append(
                "\(item.name.escapingControlCharacters()): \(rate), \(errors) errors"
                    + Self.kinds(item.parts?[figure.name] ?? [:]))
            if let reference = item.reference, let output = item.output {
                let marked =
                    item.alignment
                    ?? Alignment.marked(
                        reference: normalizer.normalized(reference), hypothesis: normalizer.normalized(output))
                lines.append("  " + marked.escapingControlCharacters())
            }
        }
        return lines
    }
}
