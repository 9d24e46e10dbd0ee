/// Something about boxes that somebody should know before a model learns from them.
public struct BoxFinding: DataFinding, Equatable {
    public enum Reason: Sendable, Equatable {
        /// Labels that cannot be used; the picture that they belong to is left out.
        case fault(BoxDataError)
        case unreadable(String)
        /// The picture has another size than its labels say.
        case wrongSize(stated: AnnotatedPicture.Size, found: AnnotatedPicture.Size)
        /// A box, by its number, that reaches beyond the picture by so many pixels.
        case outside(box: Int, label: String, pixels: Double)
        /// A box of which no part lies in the picture.
        case apart(box: Int, label: String)
        /// A box with a side of less than a pixel.
        case thin(box: Int, label: String)
        /// The same box of the same class twice.
        case duplicateBox(box: Int, first: Int, label: String)
        /// The same box of two classes.
        case contradiction(box: Int, label: String, first: Int, firstLabel: String)
        /// The same picture stands in the same part already.
        case duplicate(of: String, PictureFinding.Likeness)
        /// The same picture stands in another part of the data, by which what was learnt is judged.
        case leak(of: String, PictureDataSet.Split, PictureFinding.Likeness)
        /// A class without a box in a part of the data.
        case missing(PictureDataSet.Split)
        /// The largest class has many times as many boxes as this one.
        case unequal(count: Int, largest: String, largestCount: Int)
        /// Pictures without a box; one of them.
        case empty(count: Int, example: String)
        /// An annotation, by its place in the list, whose id is 0: COCO's own program counts it as never found.
        case idZero(entry: Int)
        /// Corners at pixel 0 in Pascal VOC's files, which count from 1; one of the files.
        case zeroCorners(count: Int, example: String)
        /// Outlines in YOLO's files, taken as the boxes around them; one of the files.
        case outlines(count: Int, example: String)
    }

    /// The picture as the data calls it, a class, a file of labels, or the data itself.
    public let name: String
    public let reason: Reason

    public init(_ name: String, _ reason: Reason) { (self.name, self.reason) = (name, reason) }

    /// Whether the data should be mended; the rest is only worth knowing.
    public var isProblem: Bool {
        switch reason {
        case .unequal, .empty, .idZero, .zeroCorners, .outlines: false
        default: true
        }
    }

    /// A word for programs.
    public var kind: String {
        switch reason {
        case .fault: "faulty-labels"
        case .unreadable: "unreadable"
        case .wrongSize: "wrong-size"
        case .outside: "outside"
        case .apart: "apart"
        case .thin: "thin-box"
        case .duplicateBox: "duplicate-box"
        case .contradiction: "contradiction"
        case .duplicate: "duplicate"
        case .leak: "leak"
        case .missing: "missing-class"
        case .unequal: "unequal-classes"
        case .empty: "without-boxes"
        case .idZero: "id-zero"
        case .zeroCorners: "zero-corners"
        case .outlines: "outlines"
        }
    }

    /// The other picture or file, where there are two.
    public var other: String? {
        switch reason {
        case .duplicate(let other, _), .leak(let other, _, _): other
        case .empty(_, let example), .zeroCorners(_, let example), .outlines(_, let example): example
        default: nil
        }
    }
}

extension BoxFinding {
    public var description: String {
        // A fault names its own file and line.
        if case .fault(let error) = reason { return "\(error)" }
        return "\(name): \(explanation)"
    }

    /// The reason in words.
    public var explanation: String {
        switch reason {
        case .fault(let error): "\(error)"
        case .unreadable(let message): message
        case .wrongSize(let stated, let found):
            "has \(found.width) x \(found.height) pixels, its labels say \(stated.width) x \(stated.height)"
        case .outside(let box, let label, let pixels):
            "box \(box) (\(label)) reaches \(Self.short(pixels)) pixels beyond the picture"
        case .apart(let box, let label): "box \(box) (\(label)) lies outside the picture"
        case .thin(let box, let label): "box \(box) (\(label)) has a side of less than one pixel"
        case .duplicateBox(let box, let first, let label): "box \(box) (\(label)) is the same as box \(first)"
        case .contradiction(let box, let label, let first, let firstLabel):
            "box \(box) (\(label)) is the same as box \(first), which is called '\(firstLabel)'"
        case .duplicate(let other, let likeness): "\(likeness.words) \(other)"
        case .leak(let other, let split, let likeness):
            "\(likeness.words) \(other), which is kept for \(split.rawValue)"
        case .missing(let split): "the class has no good box for \(split.purpose)"
        case .unequal(let count, let largest, let largestCount):
            "the class has \(count) boxes to learn from, '\(largest)' has \(largestCount)"
        case .empty(let count, let example):
            "\(count) \(count == 1 ? "picture has" : "pictures have") no box, such as \(example)"
        case .idZero(let entry):
            "annotations[\(entry)] has the id 0, which pycocotools counts as never found; begin with 1"
        case .zeroCorners(let count, let example):
            "\(count) \(count == 1 ? "box begins" : "boxes begin") at pixel 0, such as in \(example); VOC counts from 1, so "
                + "all may lie a pixel too far to the left and top"
        case .outlines(let count, let example):
            "\(count) \(count == 1 ? "outline is" : "outlines are") taken as the \(count == 1 ? "box" : "boxes") around "
                + "\(count == 1 ? "it" : "them"), such as in \(example)"
        }
    }

    private static func short(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
