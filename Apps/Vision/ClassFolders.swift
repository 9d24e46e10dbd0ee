import VisionModels

/// The names of the folders that pictures are sorted into, one for each class: safe on any file system, and different.
struct ClassFolders: Sendable {
    /// For pictures of which nothing was said that is probable enough.
    static let uncertain = "uncertain"

    private static let largestByteCount = 120
    /// By the numbers of the classes.
    let names: [String]

    /// - Parameter reserved: names that no class gets.
    init(labels: [String], reserving reserved: Set<String> = [uncertain]) {
        var taken = reserved
        names = labels.enumerated().map { index, label in
            var name = Self.safe(label)
            if name.isEmpty { name = "class \(index)" }
            // Two classes of one name stay apart, on file systems without regard to case as well.
            while !taken.insert(name.lowercased()).inserted { name += " (\(index))" }
            return name
        }
    }

    func name(for prediction: Prediction?) -> String { prediction.map { names[$0.classIndex] } ?? Self.uncertain }

    /// What separates folders, hides them or cannot be seen gives way.
    private static func safe(_ label: String) -> String {
        var name = ""
        for scalar in label.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                name.unicodeScalars.append("_")
            default: name.unicodeScalars.append("/\\:*?\"<>|".unicodeScalars.contains(scalar) ? "_" : scalar)
            }
        }
        while name.utf8.count > largestByteCount { name.removeLast() }
        return String(
            name.drop { $0 == "." || $0.isWhitespace }.reversed().drop { $0 == "." || $0.isWhitespace }.reversed())
    }
}
