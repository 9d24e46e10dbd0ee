import Geometry
public import JSON

/// What is wrong with boxes that a model is to learn from, and where.
public struct BoxDataError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A place within a file.
    public enum Place: Sendable, Hashable {
        /// Counted from 1.
        case line(Int)
        /// An entry of one of COCO's lists, counted from 0 as in the file, with its id where it has one.
        case entry(list: String, number: Int, id: Int?)
    }

    /// What the four numbers of a box have to be.
    public enum BoxFault: Sendable, Hashable {
        case notFinite, negative, empty, huge
    }

    public enum Reason: Sendable, Equatable {
        case unreadable(String)
        case tooLarge(limit: Int)
        /// Neither of the three formats is there.
        case noBoxes
        /// Lists without a single picture.
        case noPictures
        /// Several files that may each be the one for a part of the data.
        case severalFiles([String])
        case notUTF8
        case json(JSONError)
        case xml(XMLFault)
        case missing(String)
        /// A value that is something else than it should be.
        case wrongValue(String, expected: String)
        case duplicate(String, first: Int)
        case unknownClass(String)
        case unknownPicture(Int)
        case box([Double], BoxFault)
        /// None of these files is there.
        case missingPicture(String, tried: [String])
        /// Labels of things that the model does not know.
        case unknownClasses([String], known: [String])
        case missingSplit(String, found: [String])
        /// More entries than that are faulty; the last of them.
        case tooManyBad(limit: Int, last: String)
    }

    /// Corners and sides beyond are no pixels of any picture.
    static let largestCoordinate = 1e6

    public let path: String
    public let place: Place?
    public let reason: Reason

    public init(path: String, at place: Place? = nil, _ reason: Reason) {
        (self.path, self.place, self.reason) = (path, place, reason)
    }

    public var description: String {
        switch (place, reason) {
        case (_, .tooManyBad): reasonText
        case (nil, _): "\(path): \(reasonText)"
        case (.line(let line), _): "\(path):\(line): \(reasonText)"
        case (.entry(let list, let number, let id), _):
            "\(path): \(list)[\(number)]\(id.map { " (id \($0))" } ?? ""): \(reasonText)"
        }
    }

    private var reasonText: String {
        switch reason {
        case .unreadable(let message): "cannot be read: \(message)"
        case .tooLarge(let limit): "has more than \(limit) bytes; no file of labels is that large"
        case .noBoxes:
            "holds no pictures with boxes; expected COCO's JSON (train.json, annotations/instances_train2017.json), "
                + "Pascal VOC's folders (Annotations, JPEGImages), or the data.yaml of a YOLO data set"
        case .noPictures: "lists no pictures"
        case .severalFiles(let names):
            "\(Self.list(names)) might each be meant; name the one file, or keep one for each part of the data"
        case .notUTF8: "not valid UTF-8 text; store it as UTF-8"
        case .json(let error): "not JSON as COCO has it: \(error)"
        case .xml(let fault): "\(fault)"
        case .missing(let what): "\(what) is missing"
        case .wrongValue(let found, let expected): "\(Self.short(found)); expected \(expected)"
        case .duplicate(let what, let first): "\(Self.short(what)) stands at \(first) already; each has its own"
        case .unknownClass(let name): "the class \(Self.short(name)) is not among those that the data names"
        case .unknownPicture(let id): "belongs to the picture \(id), which is not among 'images'"
        case .box(let numbers, let fault): "the box \(Self.numbers(numbers)) \(Self.text(fault))"
        case .missingPicture(let name, let tried):
            "the picture '\(Self.short(name))' is missing; looked for in \(tried.joined(separator: ", "))"
        case .unknownClasses(let labels, let known):
            "\(Self.list(labels)) \(labels.count == 1 ? "is" : "are") not among the classes \(Self.list(known))"
        case .missingSplit(let name, let found):
            "has no part called \(name); \(found.isEmpty ? "it is not divided" : "there are \(Self.list(found))")"
        case .tooManyBad(let limit, let last):
            "more than \(limit) faults in the labels of \(path); here is one: \(last)"
        }
    }

    private static func text(_ fault: BoxFault) -> String {
        switch fault {
        case .notFinite: "holds what is no number; expected four finite numbers"
        case .negative: "has a negative side; expected width and height above 0"
        case .empty: "is empty; expected width and height above 0"
        case .huge: "reaches further than \(Int(largestCoordinate)) pixels"
        }
    }

    private static func numbers(_ numbers: [Double]) -> String {
        "[" + numbers.prefix(8).map { Int(exactly: $0).map(String.init) ?? "\($0)" }.joined(separator: ", ") + "]"
    }

    private static func short(_ text: String) -> String {
        text.count <= 80 ? text : text.prefix(80) + "…"
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { "'\(short($0))'" }.joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}

extension BoxDataError.BoxFault {
    /// What is wrong with a box that is read from a file, if anything.
    init?(_ box: Rectangle) {
        let (width, height) = (box.width, box.height)
        let numbers = [box.x, box.y, width, height]
        if !numbers.allSatisfy(\.isFinite) {
            self = .notFinite
        } else if width < 0 || height < 0 {
            self = .negative
        } else if width == 0 || height == 0 {
            self = .empty
        } else if numbers.contains(where: { abs($0) > BoxDataError.largestCoordinate }) {
            self = .huge
        } else {
            return nil
        }
    }
}
