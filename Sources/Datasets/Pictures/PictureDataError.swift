/// What is wrong with pictures that a model is to learn from, or with one of them.
public struct PictureDataError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadable(String)
        /// A folder without classes, lists of pictures or IDX files.
        case noPictures
        /// A folder of a class, or a set of a split, without a picture.
        case empty(String)
        case oneClass(String)
        case notIDX(String)
        /// Pictures and labels of an IDX data set that do not belong together.
        case counts(pictures: Int, labels: Int, labelFile: String)
        case labelOutOfRange(label: Int, classes: Int)
        /// Labels of a part of the data that the model does not know.
        case unknownClasses([String], known: [String])
        case missingSplit(String, found: [String])
        case tooFewToSplit(label: String, count: Int)
        /// More pictures than that cannot be read; the last of them.
        case tooManyBad(limit: Int, last: String)
        case manifest(ManifestError)
    }

    public let path: String
    public let reason: Reason

    public init(path: String, _ reason: Reason) { (self.path, self.reason) = (path, reason) }

    public var description: String {
        switch reason {
        case .unreadable(let message): "\(path): cannot be read: \(message)"
        case .noPictures:
            "\(path): holds no pictures to learn from; expected a folder for each class, train/ and test/ with such "
                + "folders, IDX files (train-images-idx3-ubyte), or a .csv of paths and labels"
        case .empty(let what): "\(path): \(what) holds no picture (PNG or JPEG)"
        case .oneClass(let label): "\(path): there is only one class, '\(label)'; expected at least two"
        case .notIDX(let message): "\(path): not an IDX file: \(message)"
        case .counts(let pictures, let labels, let labelFile):
            "\(path): \(pictures) pictures, but \(labels) labels in \(labelFile)"
        case .labelOutOfRange(let label, let classes):
            "\(path): the label \(label), but only \(classes) classes are named"
        case .unknownClasses(let labels, let known):
            "\(path): \(Self.list(labels)) \(labels.count == 1 ? "is" : "are") not among the classes "
                + Self.list(known)
        case .missingSplit(let name, let found):
            "\(path): has no part called \(name); \(found.isEmpty ? "it is not divided" : "there are \(Self.list(found))")"
        case .tooFewToSplit(let label, let count):
            "\(path): the class '\(label)' has \(count == 1 ? "one picture" : "\(count) pictures"), too few to keep one "
                + "for validation; add some, or give --validation"
        case .tooManyBad(let limit, let last):
            limit == 0
                ? "\(last) (mend or remove it, or leave such pictures out with --skip-bad)"
                : "more than \(limit) pictures of \(path) cannot be read; here is one: \(last)"
        case .manifest(let error): "\(error)"
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
