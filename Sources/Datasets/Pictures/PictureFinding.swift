public import Images

/// Something about the pictures of a data set that somebody should know before a model learns from them.
public struct PictureFinding: DataFinding, Equatable {
    /// What two files have in common.
    public enum Likeness: String, Sendable {
        case bytes, pixels
    }

    public enum Reason: Sendable, Equatable {
        case unreadable(String)
        case tiny(width: Int, height: Int, smallest: Int)
        /// The name says another format than the content.
        case wrongEnding(ImageFormat)
        /// The same picture stands in the same class and part already.
        case duplicate(of: String, Likeness)
        /// The same picture stands in another part of the data, by which what was learnt is judged.
        case leak(of: String, PictureDataSet.Split, Likeness)
        /// The same picture stands in another class.
        case contradiction(of: String, label: String, Likeness)
        /// A class without a good picture in a part of the data.
        case missing(PictureDataSet.Split)
        /// A class with only one.
        case single(PictureDataSet.Split)
        /// The largest class has many times as many as this one.
        case unequal(count: Int, largest: String, largestCount: Int)
        /// Some pictures are stored otherwise than most, with one that is.
        case mixedColors(StoredColors, count: Int, example: String, most: StoredColors)
        /// Pictures of formats that are not read.
        case passedOver(ending: String, count: Int, example: String)
    }

    /// The picture as the data set calls it, a class, or the data set itself.
    public let name: String
    public let reason: Reason

    public init(_ name: String, _ reason: Reason) { (self.name, self.reason) = (name, reason) }

    /// Whether the data should be mended; the rest is only worth knowing.
    public var isProblem: Bool {
        switch reason {
        case .unequal, .mixedColors, .passedOver: false
        default: true
        }
    }

    /// A word for programs.
    public var kind: String {
        switch reason {
        case .unreadable: "unreadable"
        case .tiny: "tiny"
        case .wrongEnding: "wrong-ending"
        case .duplicate: "duplicate"
        case .leak: "leak"
        case .contradiction: "contradiction"
        case .missing: "missing-class"
        case .single: "single-picture"
        case .unequal: "unequal-classes"
        case .mixedColors: "mixed-colors"
        case .passedOver: "passed-over"
        }
    }

    /// The other picture, where there are two.
    public var other: String? {
        switch reason {
        case .duplicate(let other, _), .leak(let other, _, _), .contradiction(let other, _, _): other
        case .mixedColors(_, _, let example, _), .passedOver(_, _, let example): example
        default: nil
        }
    }
}

extension PictureFinding {
    public var description: String { "\(name): \(explanation)" }

    /// The reason in words.
    public var explanation: String {
        switch reason {
        case .unreadable(let message): message
        case .tiny(let width, let height, let smallest):
            "only \(width) x \(height) pixels; at least \(smallest) in both directions were expected"
        case .wrongEnding(let format): "is \(format), whatever its ending says"
        case .duplicate(let other, let likeness): "\(likeness.words) \(other)"
        case .leak(let other, let split, let likeness):
            "\(likeness.words) \(other), which is kept for \(split.rawValue)"
        case .contradiction(let other, let label, let likeness):
            "\(likeness.words) \(other), which is called '\(label)'"
        case .missing(let split): "the class has no good picture for \(split.purpose)"
        case .single(let split): "the class has only one good picture for \(split.purpose)"
        case .unequal(let count, let largest, let largestCount):
            "the class has \(count) pictures to learn from, '\(largest)' has \(largestCount)"
        case .mixedColors(let colors, let count, let example, let most):
            "\(count) \(count == 1 ? "picture is" : "pictures are") stored as \(colors.rawValue), most as "
                + "\(most.rawValue), such as \(example)"
        case .passedOver(let ending, let count, let example):
            "\(count) \(count == 1 ? "file" : "files") in .\(ending) \(count == 1 ? "is" : "are") not read, such as "
                + example
        }
    }
}

extension PictureFinding.Likeness {
    /// As in "the same file as a.png".
    var words: String {
        switch self {
        case .bytes: "the same file as"
        case .pixels: "pixel by pixel the same as"
        }
    }
}

extension PictureDataSet.Split {
    /// As in "no picture for training".
    var purpose: String { self == .test ? "the test" : self == .training ? "training" : "validation" }
}
