import Hashing
public import Images

/// Looks through the pictures of a data set for what spoils training or its judgement: pictures that cannot be read, the
/// same one twice, in two classes, or in two parts of the data.
///
/// Every picture is seen once (``PictureFacts``), in any order; then all are compared.
public struct PictureCheck: Sendable {
    /// A picture with the part of the data that it belongs to.
    public struct Entry: Sendable {
        public let sample: PictureSample
        public let split: PictureDataSet.Split
    }

    public struct Report: Sendable {
        /// In the order of the data; those of classes and of the whole come last.
        public let findings: [PictureFinding]
        /// Good pictures: read, large enough, each once and in one class.
        public let good: [(entry: Entry, format: ImageFormat?)]
        /// How many of the good ones each class has.
        public let counts: [PictureDataSet.Split: [Int]]

        public var problemCount: Int { findings.count { $0.isProblem } }
    }

    public let set: PictureDataSet
    /// What is looked at, in the order of the data.
    public let entries: [Entry]
    /// Pixels of the shorter side, at least.
    public let smallestSide: Int

    /// A class that is smaller than the largest by this factor is worth knowing of.
    private static let unequalFactor = 10

    public init(of set: PictureDataSet, smallestSide: Int = 8) {
        self.set = set
        self.smallestSide = smallestSide
        entries = PictureDataSet.Split.allCases.flatMap { split in
            (set.splits[split] ?? []).map { Entry(sample: $0, split: split) }
        }
    }

    /// - Parameters:
    ///   - facts: of every entry, in their order.
    ///   - remarks: what else was found about the whole.
    public func report(_ facts: [PictureFacts], adding remarks: [PictureFinding] = []) -> Report {
        precondition(facts.count == entries.count, "\(facts.count) facts about \(entries.count) pictures")
        var findings = [[PictureFinding]](repeating: [], count: entries.count)
        var isGood = [Bool](repeating: false, count: entries.count)
        var contents: [PictureFacts.Content?] = []
        for (index, fact) in facts.enumerated() {
            let name = entries[index].sample.name
            switch fact.outcome {
            case .failed(let message):
                findings[index].append(PictureFinding(name, .unreadable(message)))
                contents.append(nil)
            case .read(let content):
                contents.append(content)
                if let format = content.format, !format.endings.contains(ending(of: name)) {
                    findings[index].append(PictureFinding(name, .wrongEnding(format)))
                }
                if min(content.width, content.height) < smallestSide {
                    findings[index].append(
                        PictureFinding(
                            name, .tiny(width: content.width, height: content.height, smallest: smallestSide)))
                } else {
                    isGood[index] = true
                }
            }
        }
        compare(contents, &isGood, &findings)
        let good = entries.indices.filter { isGood[$0] }
        var counts: [PictureDataSet.Split: [Int]] = [:]
        for split in set.splits.keys {
            counts[split] = PictureDataSet.counts(
                of: good.filter { entries[$0].split == split }.map { entries[$0].sample }, classes: set.labels.count)
        }
        return Report(
            findings: findings.flatMap { $0 } + classFindings(counts) + colorFindings(contents) + remarks,
            good: good.map { (entries[$0], contents[$0]?.format) }, counts: counts)
    }

    /// What is the same picture more than once.
    private func compare(
        _ contents: [PictureFacts.Content?], _ isGood: inout [Bool], _ findings: inout [[PictureFinding]]
    ) {
        var groups: [SHA256Digest: [Int]] = [:]
        for index in entries.indices where isGood[index] {
            if let content = contents[index] { groups[content.pixelDigest, default: []].append(index) }
        }
        for group in groups.values where group.count > 1 {
            func likeness(_ first: Int, _ second: Int) -> PictureFinding.Likeness {
                guard let digest = contents[first]?.fileDigest else { return .pixels }
                return digest == contents[second]?.fileDigest ? .bytes : .pixels
            }
            let labels = Set(group.map { entries[$0].sample.label })
            // Of a picture in several parts, the one stays by which the rest is judged.
            let kept = group.min { (entries[$0].split.rank, $0) < (entries[$1].split.rank, $1) } ?? group[0]
            for index in group {
                let (entry, name) = (entries[index], entries[index].sample.name)
                if labels.count > 1 {
                    guard let other = group.first(where: { entries[$0].sample.label != entry.sample.label }) else {
                        preconditionFailure("one of two labels is another one")
                    }
                    isGood[index] = false
                    let label = set.labels[entries[other].sample.label]
                    findings[index].append(
                        PictureFinding(
                            name, .contradiction(of: entries[other].sample.name, label: label, likeness(index, other))))
                } else if index != kept {
                    isGood[index] = false
                    let (other, split) = (entries[kept].sample.name, entries[kept].split)
                    findings[index].append(
                        PictureFinding(
                            name,
                            split == entry.split
                                ? .duplicate(of: other, likeness(index, kept))
                                : .leak(of: other, split, likeness(index, kept))))
                }
            }
        }
    }

    private func classFindings(_ counts: [PictureDataSet.Split: [Int]]) -> [PictureFinding] {
        var findings: [PictureFinding] = []
        for split in PictureDataSet.Split.allCases {
            for (label, count) in zip(set.labels, counts[split] ?? []) {
                if count == 0 { findings.append(PictureFinding(label, .missing(split))) }
                if count == 1, split == .training { findings.append(PictureFinding(label, .single(split))) }
            }
        }
        let training = counts[.training] ?? []
        if let most = training.max(), let place = training.firstIndex(of: most) {
            for (label, count) in zip(set.labels, training) where count > 1 && count * Self.unequalFactor <= most {
                findings.append(
                    PictureFinding(label, .unequal(count: count, largest: set.labels[place], largestCount: most)))
            }
        }
        return findings
    }

    /// Where pictures are not all stored alike: how many are not, of each kind.
    private func colorFindings(_ contents: [PictureFacts.Content?]) -> [PictureFinding] {
        var examples: [StoredColors: (count: Int, first: String)] = [:]
        for (entry, content) in zip(entries, contents) {
            guard let content else { continue }
            examples[content.colors, default: (0, entry.sample.name)].count += 1
        }
        let kinds = StoredColors.allCases
        guard let most = kinds.max(by: { (examples[$0]?.count ?? 0) < (examples[$1]?.count ?? 0) }) else { return [] }
        return kinds.filter { $0 != most }.compactMap { kind in
            examples[kind].map {
                PictureFinding(set.path, .mixedColors(kind, count: $0.count, example: $0.first, most: most))
            }
        }
    }

    private func ending(of name: String) -> String {
        name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    }
}

extension PictureDataSet.Split {
    /// The test first: what it holds is not to be learnt, nor to be chosen by.
    var rank: Int {
        switch self {
        case .test: 0
        case .validation: 1
        case .training: 2
        }
    }
}
