import Geometry
import Hashing

/// Looks through pictures with boxes for what spoils training or its judgement: labels that are faulty, boxes that lie outside,
/// twice or of two classes, pictures that cannot be read or stand in two parts of the data.
///
/// Every picture is seen once (``PictureFacts``), in any order; then all are compared.
public struct BoxCheck: Sendable {
    /// A picture with the part of the data that it belongs to.
    public struct Entry: Sendable {
        public let picture: AnnotatedPicture
        public let split: PictureDataSet.Split

        /// For ``PictureFacts``.
        public var sample: PictureSample {
            PictureSample(name: picture.name, label: 0, content: .file(picture.path))
        }
    }

    public struct Report: Sendable {
        /// In the order of the data; faults come first, those of classes and of the whole last.
        public let findings: [BoxFinding]
        /// Pictures that were read and each stand there once, with the boxes that are good, cut off where the picture ends.
        public let good: BoxDataSet
        /// How many good boxes each class has.
        public let counts: [PictureDataSet.Split: [Int]]

        public var problemCount: Int { findings.count { $0.isProblem } }
    }

    public let set: BoxDataSet
    /// What is looked at, in the order of the data.
    public let entries: [Entry]

    /// A class that is smaller than the largest by this factor is worth knowing of.
    private static let unequalFactor = 10
    /// Pixels that rounding may lead beyond a picture.
    private static let tolerance = 1.0
    /// Pixels by which borders of the same box may differ.
    private static let sameness = 0.5

    public init(of set: BoxDataSet) {
        self.set = set
        entries = PictureDataSet.Split.allCases.flatMap { split in
            (set.splits[split] ?? []).map { Entry(picture: $0, split: split) }
        }
    }

    /// - Parameter facts: of every entry, in their order.
    public func report(_ facts: [PictureFacts]) -> Report {
        precondition(facts.count == entries.count, "\(facts.count) facts about \(entries.count) pictures")
        var findings = [[BoxFinding]](repeating: [], count: entries.count)
        var good = [AnnotatedPicture?](repeating: nil, count: entries.count)
        var contents: [PictureFacts.Content?] = []
        for (index, fact) in facts.enumerated() {
            let picture = entries[index].picture
            switch fact.outcome {
            case .failed(let message):
                findings[index].append(BoxFinding(picture.name, .unreadable(message)))
                contents.append(nil)
            case .read(let content):
                contents.append(content)
                good[index] = judge(picture, content, &findings[index])
            }
        }
        compare(contents, &good, &findings)
        var splits: [PictureDataSet.Split: [AnnotatedPicture]] = [:]
        var counts: [PictureDataSet.Split: [Int]] = [:]
        for split in set.splits.keys {
            let pictures = entries.indices.filter { entries[$0].split == split }.compactMap { good[$0] }
            splits[split] = pictures
            counts[split] = pictures.flatMap(\.boxes).reduce(into: [Int](repeating: 0, count: set.labels.count)) {
                $0[$1.label] += 1
            }
        }
        return Report(
            findings: set.bad.map { BoxFinding($0.path, .fault($0)) } + findings.flatMap { $0 }
                + classFindings(counts) + emptyFinding(good.compactMap(\.self)) + set.remarks,
            good: BoxDataSet(
                path: set.path, labels: set.labels, splits: splits, isDivided: set.isDivided, files: set.files,
                format: set.format),
            counts: counts)
    }

    // MARK: One picture

    /// The picture with its good boxes.
    private func judge(
        _ picture: AnnotatedPicture, _ content: PictureFacts.Content, _ findings: inout [BoxFinding]
    ) -> AnnotatedPicture {
        let size = AnnotatedPicture.Size(width: content.width, height: content.height)
        if let stated = picture.size, stated != size {
            findings.append(BoxFinding(picture.name, .wrongSize(stated: stated, found: size)))
        }
        let frame = Rectangle(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
        var good = picture
        (good.size, good.boxes) = (size, [])
        // By where they begin, so that a picture with very many boxes takes no time for every pair of them.
        var known: [[Int]: [Int]] = [:]
        for (number, box) in picture.boxes.enumerated() {
            let label = set.labels[box.label]
            func note(_ reason: BoxFinding.Reason) { findings.append(BoxFinding(picture.name, reason)) }
            let inner = box.rectangle.intersection(frame)
            guard inner.width > 0, inner.height > 0 else {
                note(.apart(box: number, label: label))
                continue
            }
            let beyond = box.rectangle.extent(beyond: frame)
            if beyond > Self.tolerance { note(.outside(box: number, label: label, pixels: beyond)) }
            guard min(box.rectangle.width, box.rectangle.height) >= 1 else {
                note(.thin(box: number, label: label))
                continue
            }
            let cell = [Int(box.rectangle.x.rounded(.down)), Int(box.rectangle.y.rounded(.down))]
            let near = (-1...1).flatMap { x in (-1...1).flatMap { y in known[[cell[0] + x, cell[1] + y]] ?? [] } }
            let twin = near.sorted().first {
                picture.boxes[$0].rectangle.isNear(box.rectangle, within: Self.sameness)
            }
            if let twin, !box.isCrowd, !picture.boxes[twin].isCrowd {
                let first = picture.boxes[twin].label
                if first == box.label {
                    note(.duplicateBox(box: number, first: twin, label: label))
                } else {
                    note(.contradiction(box: number, label: label, first: twin, firstLabel: set.labels[first]))
                }
                continue
            }
            known[cell, default: []].append(number)
            var cut = box
            cut.rectangle = inner
            // Of an outline, the area stays what it was.
            if box.area == box.rectangle.area { cut.area = inner.area }
            good.boxes.append(cut)
        }
        return good
    }

    // MARK: All together

    /// What is the same picture more than once.
    private func compare(
        _ contents: [PictureFacts.Content?], _ good: inout [AnnotatedPicture?], _ findings: inout [[BoxFinding]]
    ) {
        var groups: [SHA256Digest: [Int]] = [:]
        for (index, content) in contents.enumerated() {
            if let content { groups[content.pixelDigest, default: []].append(index) }
        }
        for group in groups.values where group.count > 1 {
            // Of a picture in several parts, the one stays by which the rest is judged.
            let kept = group.min { (entries[$0].split.rank, $0) < (entries[$1].split.rank, $1) } ?? group[0]
            for index in group where index != kept {
                good[index] = nil
                let isSameFile = contents[index]?.fileDigest == contents[kept]?.fileDigest
                let (other, split) = (entries[kept].picture.name, entries[kept].split)
                let likeness: PictureFinding.Likeness = isSameFile ? .bytes : .pixels
                findings[index].append(
                    BoxFinding(
                        entries[index].picture.name,
                        split == entries[index].split
                            ? .duplicate(of: other, likeness) : .leak(of: other, split, likeness)
                    ))
            }
        }
    }

    private func classFindings(_ counts: [PictureDataSet.Split: [Int]]) -> [BoxFinding] {
        var findings: [BoxFinding] = []
        for split in PictureDataSet.Split.allCases {
            for (label, count) in zip(set.labels, counts[split] ?? []) where count == 0 {
                findings.append(BoxFinding(label, .missing(split)))
            }
        }
        let training = counts[.training] ?? []
        if let most = training.max(), let place = training.firstIndex(of: most) {
            for (label, count) in zip(set.labels, training) where count > 0 && count * Self.unequalFactor <= most {
                findings.append(
                    BoxFinding(label, .unequal(count: count, largest: set.labels[place], largestCount: most)))
            }
        }
        return findings
    }

    private func emptyFinding(_ pictures: [AnnotatedPicture]) -> [BoxFinding] {
        let empty = pictures.filter { $0.boxes.isEmpty }
        return empty.first.map { [BoxFinding(set.path, .empty(count: empty.count, example: $0.name))] } ?? []
    }
}

extension Rectangle {
    /// By how much it reaches beyond another one, in the direction in which that is most.
    fileprivate func extent(beyond frame: Rectangle) -> Double {
        max(frame.x - x, frame.y - y, maximumX - frame.maximumX, maximumY - frame.maximumY, 0)
    }

    fileprivate func isNear(_ other: Rectangle, within distance: Double) -> Bool {
        abs(x - other.x) <= distance && abs(y - other.y) <= distance && abs(maximumX - other.maximumX) <= distance
            && abs(maximumY - other.maximumY) <= distance
    }
}
