public import Checkpoints
import Foundation

extension ModelInspection {
    /// For a reader: what the model is, its configuration, and what a scan found.
    ///
    /// - Parameters:
    ///   - listsTensors: whether a table of all tensors follows.
    ///   - architectures: those that the program runs; another one is marked.
    public func summary(listsTensors: Bool, running architectures: [String]? = nil) -> String {
        var facts = TextTable(["fact", "value"].map { TextTable.Column($0) })
        if let architecture {
            let isKnown = architectures?.contains(architecture) ?? true
            facts.append(["architecture", architecture + (isKnown ? "" : " (not one that this program runs)")])
        }
        facts.append(["layout", layout])
        facts.append(["parameters", "\(grouped(parameterCount)) in \(grouped(tensorCount)) tensors"])
        for (type, count) in elementTypes.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            facts.append(["stored as \(type)", grouped(count)])
        }
        let files = weightFileNames.count == 1 ? weightFileNames[0] : "\(weightFileNames.count) files"
        facts.append(["size", "\(fixed(Double(weightsByteCount) / 1e6, 1)) MB (\(files))"])
        facts.append(["SHA-256", weightsSHA256])
        for entry in configuration?.flattened ?? [] { facts.append(["config.\(entry.path)", entry.value]) }
        for entry in metadata?.flattened ?? [] { facts.append([entry.path, entry.value]) }
        if let nonFiniteValues {
            facts.append(["NaN or infinite", nonFiniteValues.isEmpty ? "none" : "in \(nonFiniteValues.count) tensors"])
        }
        var text = facts.rendered(heading: false)
        if let nonFiniteValues, !nonFiniteValues.isEmpty {
            var table = TextTable([.init("tensor"), .init("NaN or infinite", .right), .init("first at", .right)])
            for entry in nonFiniteValues {
                table.append([entry.tensor, grouped(entry.count), grouped(entry.firstIndex)])
            }
            text += "\n" + table.rendered()
        }
        if listsTensors {
            var table = TextTable([.init("tensor"), .init("type"), .init("shape", .right), .init("parameters", .right)])
            for tensor in tensors {
                table.append([
                    tensor.name, tensor.elementType, "[\(tensor.shape.map { "\($0)" }.joined(separator: ", "))]",
                    grouped(tensor.shape.reduce(1, *)),
                ])
            }
            text += "\n" + table.rendered()
        }
        return text
    }
}

/// An integer with commas between thousands.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)[...]
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.insert(digits.suffix(3), at: 0)
        digits = digits.dropLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
