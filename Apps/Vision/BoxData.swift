import CommandLineKit
import Datasets
import Foundation
import Geometry
import Hashing
import Images
import Tensors
import Training
import VisionModels

/// What `vision train` learns to find things from and judges by, as its options name it.
struct BoxData {
    let set: BoxDataSet
    let training: [AnnotatedPicture]
    let validation: [AnnotatedPicture]
    let seed: UInt64
    private let validationSet: BoxDataSet?
    private let badLimit: Int
    private let console: Console

    init(_ options: PictureOptions, path: String, seed: UInt64, console: Console) throws {
        (self.seed, self.console) = (seed, console)
        let limit = options.skipBad ?? 0
        let set = try BoxDataSet(
            path: URL(fileURLWithPath: path).path, labels: options.labelNames, skippingBad: limit)
        self.set = set
        guard let pictures = set.splits[.training] else {
            throw BoxDataError(path: path, .missingSplit("train", found: set.splits.keys.map(\.rawValue).sorted()))
        }
        let validationSet = try options.validation.map {
            try BoxDataSet(
                path: URL(fileURLWithPath: $0).path, labels: set.labels, skippingBad: limit - set.bad.count)
        }
        self.validationSet = validationSet
        let bad = set.bad + (validationSet?.bad ?? [])
        for error in bad { console.error("left out: \(error)") }
        badLimit = limit - bad.count
        if let validationSet {
            training = pictures
            validation = validationSet.splits[.validation] ?? validationSet.splits[.training] ?? []
        } else if let kept = set.splits[.validation] {
            (training, validation) = (pictures, kept)
        } else {
            (training, validation) = Self.split(
                pictures, keeping: options.validationShare ?? PictureData.validationShare, seed: seed)
        }
        tell()
    }

    /// Keeps a part of the pictures, at least one where there are two.
    private static func split(
        _ pictures: [AnnotatedPicture], keeping share: Double, seed: UInt64
    ) -> (rest: [AnnotatedPicture], kept: [AnnotatedPicture]) {
        guard share > 0, pictures.count > 1 else { return (pictures, []) }
        let count = min(max(1, Int((share * Double(pictures.count)).rounded())), pictures.count - 1)
        let order = SeededPermutation(count: pictures.count, seed: seed, stream: 0)
        let kept = Set((0..<count).map { order[$0] })
        return (
            pictures.indices.filter { !kept.contains($0) }.map { pictures[$0] },
            pictures.indices.filter { kept.contains($0) }.map { pictures[$0] }
        )
    }

    func prepared(
        _ preprocessing: ImagePreprocessing
    ) throws -> (training: PreparedBoxPictures, validation: PreparedBoxPictures?) {
        try PreparedParts(console: console, badLimit: badLimit).read(
            training: training.count, hasValidation: !validation.isEmpty, bad: \.bad
        ) { isValidation, badLimit, progress in
            try PreparedBoxPictures(
                isValidation ? validation : training, preprocessing: preprocessing, skippingBad: badLimit,
                path: (isValidation ? validationSet ?? set : set).path, progress: progress)
        }
    }

    private func tell() {
        var counts = [Int](repeating: 0, count: set.labels.count)
        for picture in training { for box in picture.boxes { counts[box.label] += 1 } }
        let shown = zip(set.labels, counts).map { "\($0) \($1)" }.joined(separator: ", ")
        console.note(
            "\(training.count) pictures with \(counts.reduce(0, +)) boxes to learn from (\(shown)), "
                + "\(validation.count) pictures for validation")
    }

    /// What a resumed run knows its data by: the files that list it, and the pictures by names, boxes and sizes.
    ///
    /// - Parameter others: further files that a run depends on.
    func fingerprints(and others: [String]) throws -> [RunDescription.DataFile] {
        func files(of set: BoxDataSet) throws -> [RunDescription.DataFile] {
            var (hasher, total) = (SHA256(), 0)
            for split in PictureDataSet.Split.allCases {
                for picture in set.splits[split] ?? [] {
                    let size = try RunDescription.DataFile.byteCount(of: picture.path)
                    hasher.update("\(picture.name)\t\(size)\n".utf8)
                    for box in picture.boxes {
                        let sides = box.rectangle
                        hasher.update(
                            "\(set.labels[box.label])\t\(sides.x)\t\(sides.y)\t\(sides.width)\t\(sides.height)\n".utf8)
                    }
                    total += size
                }
            }
            let files = try set.files.map(RunDescription.DataFile.init(hashing:))
            // Of COCO there is a file for each part of the data; the others have one for each picture, too many to list.
            let listed = set.format == .coco ? files : []
            for file in files.dropFirst(listed.count) {
                hasher.update("\(file.path)\t\(file.sha256)\n".utf8)
                total += file.byteCount
            }
            return listed + [
                RunDescription.DataFile(
                    path: set.path, byteCount: total, sha256: hasher.finalized().hexadecimal)
            ]
        }
        return try files(of: set) + (validationSet.map { try files(of: $0) } ?? [])
            + others.map(RunDescription.DataFile.init(hashing:))
    }
}
