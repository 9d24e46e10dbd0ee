import Foundation
import Images
import TestKit
import Testing

@testable import Datasets

@Suite struct PictureDataSetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func addPicture(_ name: String) throws {
        let bytes = try PNGWriter.encode(Bitmap(width: 3, height: 2, filledWith: [1, 2, 3]))
        try folder.write(bytes, to: name)
    }

    private func open(_ name: String = "", labels: [String]? = nil) throws -> PictureDataSet {
        try PictureDataSet(path: name.isEmpty ? folder.path : folder.path(name), labels: labels)
    }

    private func reason(_ body: () throws -> Void) -> PictureDataError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? PictureDataError)?.reason
        }
    }

    // MARK: IDX

    static func idx(_ extents: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
        [0, 0, type, UInt8(extents.count)]
            + extents.flatMap { extent in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) } } + bytes
    }

    private func addIDX(_ part: String, count: Int, labels: [UInt8]? = nil) throws {
        try folder.write(
            Self.idx([count, 2, 3], (0..<6 * count).map { UInt8($0) }), to: "\(part)-images-idx3-ubyte")
        try folder.write(
            Self.idx([labels?.count ?? count], labels ?? (0..<count).map { UInt8($0 % 3) }),
            to: "\(part)-labels-idx1-ubyte")
    }

    @Test func idxFilesAreParts() throws {
        try addIDX("train", count: 5)
        try addIDX("t10k", count: 2)
        let set = try open(labels: ["a", "b", "c"])
        #expect(set.isDivided && set.labels == ["a", "b", "c"] && set.files.count == 4)
        let training = try #require(set.splits[.training])
        #expect(training.map(\.label) == [0, 1, 2, 0, 1] && set.splits[.test]?.count == 2)
        #expect(training[1].name == "train/1")
        let picture = try training[1].picture()
        #expect(picture.width == 3 && picture.height == 2 && picture.channels == 3)
        #expect(picture.bytes == (6..<12).flatMap { [UInt8](repeating: UInt8($0), count: 3) })
        #expect(try open().labels == ["0", "1", "2"])
        #expect(reason { _ = try open(labels: ["a", "b"]) } == .labelOutOfRange(label: 2, classes: 2))
    }

    @Test func idxFilesMayBeCompressed() throws {
        try addIDX("train", count: 5)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", folder.path("train-images-idx3-ubyte"), folder.path("train-labels-idx1-ubyte")]
        try process.run()
        process.waitUntilExit()
        #expect(!folder.exists("train-images-idx3-ubyte"))
        #expect(try open().splits[.training]?.count == 5)
    }

    @Test func badIDXFilesAreRefused() throws {
        let whole = Self.idx([2, 2, 3], [UInt8](repeating: 0, count: 12))
        let bad: [([UInt8], String)] = [
            ([], "two zeros"), ([1] + whole.dropFirst(), "two zeros"),
            (Self.idx([2, 2, 3], [], type: 13), "type is 13"),
            (Self.idx([12], [UInt8](repeating: 0, count: 12)), "1 axes, expected 3"),
            (Array(whole.prefix(9)), "header"),
            (Array(whole.dropLast()), "ends after 11 of 12"), (whole + [0], "follow behind"),
            (Self.idx([1 << 31, 1 << 31, 1 << 31], []), "more than"),
            (Self.idx([1 << 20, 1 << 10, 1], [1]), "ends after 1"),
        ]
        for (bytes, text) in bad {
            let path = try folder.write(bytes, to: "file")
            do {
                _ = try IDXFile(path: path, rank: 3)
                Issue.record("read: \(text)")
            } catch {
                #expect("\(error)".contains(text), "\(error)")
            }
        }
        try addIDX("train", count: 3, labels: [0, 1])
        guard case .counts(pictures: 3, labels: 2, _)? = reason({ _ = try open() }) else {
            Issue.record("counts that differ were taken")
            return
        }
    }

    // MARK: Folders

    @Test func foldersAreClasses() throws {
        for name in ["cat/1.png", "cat/2.PNG", "cat/more/3.jpg", "dog/1.png", "dog/notes.txt", ".hidden/1.png"] {
            try addPicture(name)
        }
        let set = try open()
        #expect(!set.isDivided && set.labels == ["cat", "dog"])
        #expect(
            set.splits[.training]?.map(\.name) == ["cat/1.png", "cat/2.PNG", "cat/more/3.jpg", "dog/1.png"])
        #expect(set.splits[.training]?.map(\.label) == [0, 0, 0, 1])
        #expect(reason { _ = try open(labels: ["dog"]) } == .unknownClasses(["cat"], known: ["dog"]))
        #expect(reason { _ = try open("cat") } == .oneClass("more"))
        #expect(reason { _ = try open("nowhere") } != nil)
    }

    @Test func foldersMayBeParts() throws {
        for part in ["train", "val", "test"] {
            for label in ["a", "b"] { try addPicture("\(part)/\(label)/1.png") }
        }
        try addPicture("test/b/2.png")
        let set = try open()
        #expect(set.isDivided && set.labels == ["a", "b"])
        #expect(set.splits.mapValues(\.count) == [.training: 2, .validation: 2, .test: 3])
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("train/c"), withIntermediateDirectories: true)
        #expect(reason { _ = try open() } == .empty("the class 'c'"))
    }

    // MARK: Tables

    @Test func tablesListPicturesAndParts() throws {
        try folder.write("path,label,split\nx/1.png,a,train\n\"x/2,3.png\",b,val\nx/4.png,a,test\n", to: "list.csv")
        let set = try open("list.csv")
        #expect(set.isDivided && set.labels == ["a", "b"])
        #expect(set.splits[.validation]?.map(\.name) == ["x/2,3.png"])
        guard case .file(let path)? = set.splits[.test]?[0].content else {
            Issue.record("a table names files")
            return
        }
        #expect(path == folder.path("x/4.png"))
        try folder.write("1.png,a\n2.png,b\n", to: "plain.csv")
        #expect(try open("plain.csv").splits[.training]?.map(\.label) == [0, 1])
    }

    @Test func badTablesAreRefused() throws {
        let bad: [(String, ManifestError.Reason)] = [
            ("path,colour\n1.png,a\n", .incompleteHeader(missing: "label")),
            ("1.png,a\n1.png,b\n", .duplicate(name: "1.png", firstLine: 1)), ("1.png,\n2.png,a\n", .emptyLabel),
            ("path,label\n1.png\n", .columns(found: 1, expected: 2, delimiter: ",")),
            ("path,label,split\n1.png,a,some\n", .unknownSplit("some")),
        ]
        for (text, expected) in bad {
            try folder.write(text, to: "list.csv")
            guard case .manifest(let error)? = reason({ _ = try open("list.csv") }) else {
                Issue.record("taken: \(text)")
                continue
            }
            #expect(error.reason == expected)
        }
    }

    // MARK: Splits

    @Test func splitsKeepTheSharesOfClasses() throws {
        let samples = (0..<50).map { PictureSample(name: "\($0)", label: $0 < 40 ? 0 : 1, content: .file("\($0)")) }
        func split(_ share: Double, seed: UInt64 = 3) throws -> ([String], [String]) {
            let (rest, kept) = try PictureSplitter.split(
                samples, keeping: share, labels: ["a", "b"], seed: seed, path: "data")
            return (rest.map(\.name), kept.map(\.name))
        }
        let (rest, kept) = try split(0.2)
        #expect(kept.count { Int($0)! < 40 } == 8 && kept.count == 10)
        #expect(Set(rest).union(kept).count == 50)
        #expect(try split(0.2) == (rest, kept))
        #expect(try split(0.2, seed: 4).1 != kept)
        #expect(try split(0).1.isEmpty && split(0.001).1.count == 2)
        let few = [PictureSample(name: "x", label: 0, content: .file("x"))]
        #expect(throws: PictureDataError(path: "data", .tooFewToSplit(label: "a", count: 1))) {
            try PictureSplitter.split(few, keeping: 0.5, labels: ["a", "b"], seed: 1, path: "data")
        }
    }
}
