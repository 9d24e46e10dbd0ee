import CommandLineKit
import Datasets
import Foundation
import Hashing
import Images
import Training
import VisionModels

/// What `vision train` learns from and judges by, as its options name it.
struct PictureData {
    let set: PictureDataSet
    let training: [PictureSample]
    let validation: [PictureSample]
    let seed: UInt64
    private let validationSet: PictureDataSet?
    private let badLimit: Int
    private let console: Console

    static let validationShare = 0.1

    init(_ options: PictureOptions, path: String, seed: UInt64, console: Console) throws {
        (self.seed, self.console) = (seed, console)
        badLimit = options.skipBad ?? 0
        let set = try PictureDataSet(path: URL(fileURLWithPath: path).path, labels: options.labelNames)
        self.set = set
        guard let samples = set.splits[.training] else {
            throw PictureDataError(
                path: path, .missingSplit("train", found: set.splits.keys.map(\.rawValue).sorted()))
        }
        validationSet = try options.validation.map {
            try PictureDataSet(path: URL(fileURLWithPath: $0).path, labels: set.labels)
        }
        if let validationSet {
            training = samples
            validation = validationSet.splits[.validation] ?? validationSet.splits[.training] ?? []
        } else if let kept = set.splits[.validation] {
            (training, validation) = (samples, kept)
        } else {
            (training, validation) = try PictureSplitter.split(
                samples, keeping: options.validationShare ?? Self.validationShare, labels: set.labels, seed: seed,
                path: set.path)
        }
        tell()
    }

    func prepared(
        _ preprocessing: ImagePreprocessing
    ) throws -> (training: PreparedPictures, validation: PreparedPictures?) {
        try PreparedParts(console: console, badLimit: badLimit).read(
            training: training.count, hasValidation: !validation.isEmpty, bad: \.bad
        ) { isValidation, badLimit, progress in
            try PreparedPictures(
                isValidation ? validation : training, preprocessing: preprocessing, skippingBad: badLimit,
                path: (isValidation ? validationSet ?? set : set).path, progress: progress)
        }
    }

    private func tell() {
        console.note(
            "\(training.count) pictures of \(set.labels.count) classes to learn from, \(validation.count) for validation"
        )
        let counts = PictureDataSet.counts(of: training, classes: set.labels.count)
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        if most >= 2 * max(1, least) {
            let shown = zip(set.labels, counts).map { "\($0) \($1)" }.joined(separator: ", ")
            console.note("the classes differ in size (\(shown)); --balance lets each come equally often")
        }
    }

    /// What a resumed run knows its data by: files as they are, and the pictures of a folder or table by names, labels and
    /// sizes.
    ///
    /// - Parameter others: further files that a run depends on.
    func fingerprints(and others: [String] = []) throws -> [RunDescription.DataFile] {
        func files(of set: PictureDataSet) throws -> [RunDescription.DataFile] {
            let files = try set.files.map(RunDescription.DataFile.init(hashing:))
            var (hasher, total, count) = (SHA256(), 0, 0)
            for split in PictureDataSet.Split.allCases {
                for sample in set.splits[split] ?? [] {
                    guard case .file(let path) = sample.content else { continue }
                    let size = try RunDescription.DataFile.byteCount(of: path)
                    hasher.update("\(sample.name)\t\(set.labels[sample.label])\t\(size)\n".utf8)
                    (total, count) = (total + size, count + 1)
                }
            }
            guard count > 0 else { return files }
            let pictures = RunDescription.DataFile(
                path: set.path, byteCount: total, sha256: hasher.finalized().hexadecimal)
            return files + [pictures]
        }
        return try files(of: set) + (validationSet.map { try files(of: $0) } ?? [])
            + others.map(RunDescription.DataFile.init(hashing:))
    }
}
