import Foundation
import Images
import TestKit
import Testing

@Suite struct ImageReaderTests {
    private let reader = ImageReader()

    @Test func everyKindOfPNG() throws {
        let pictures = try ImageFixture.load("png", as: [String: ImageFixture.Picture].self)
        #expect(pictures.count > 50)
        for (name, picture) in pictures.sorted(by: { $0.key < $1.key }) {
            #expect(try reader.decode(picture.bytes, source: name) == picture.bitmap, "\(name)")
        }
    }

    /// libjpeg-turbo's versions may differ by rounding.
    @Test func everyKindOfJPEG() throws {
        let pictures = try ImageFixture.load("jpeg", as: [String: ImageFixture.Picture].self)
        #expect(pictures.count > 25)
        for (name, picture) in pictures.sorted(by: { $0.key < $1.key }) {
            let difference = try reader.decode(picture.bytes, source: name).largestDifference(from: picture.bitmap)
            #expect(difference <= 1, "\(name)")
        }
    }

    @Test func headersTellTheUprightSize() throws {
        for fixture in ["png", "jpeg"] {
            for (name, picture) in try ImageFixture.load(fixture, as: [String: ImageFixture.Picture].self) {
                let header = try reader.header(of: picture.bytes, source: name)
                #expect(header.format.rawValue == fixture)
                #expect(header.width == picture.width && header.height == picture.height, "\(name)")
            }
        }
    }

    /// Found by the fuzzer: the room for the passes of an interlaced picture overflowed.
    @Test func aHeaderOfImpossibleSizeIsRefused() {
        let side: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF]
        let header: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + side + side
            + [8, 6, 0, 0, 1, 0, 0, 0, 0]
        let size = Int(Int32.max)
        #expect(
            throws: ImageError.tooLarge(source: "a.png", width: size, height: size, limit: .side(reader.limits.side))
        ) { _ = try reader.decode(header, source: "a.png") }
    }

    @Test func everyDamagedFileIsAnErrorOfItsKind() throws {
        let files = try ImageFixture.load("damaged", as: [String: ImageFixture.Damaged].self)
        #expect(files.count > 35)
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            do {
                _ = try reader.decode(Array(file.file), source: name)
                Issue.record("\(name) was read")
            } catch {
                // The name of the case stands before its fields.
                let kind = "\(String(reflecting: error))".split(separator: ".").last { $0.contains("(") } ?? ""
                #expect(Self.kind(of: error) == file.error, "\(name): \(kind)")
                #expect(error.description.hasPrefix("\(name): ") && !error.description.contains("\n"))
            }
        }
    }

    private static func kind(of error: ImageError) -> String {
        switch error {
        case .notFound: "notFound"
        case .isDirectory: "isDirectory"
        case .notPermitted: "notPermitted"
        case .isEmpty: "isEmpty"
        case .notAPicture: "notAPicture"
        case .noPixels: "noPixels"
        case .tooLarge: "tooLarge"
        case .fileTooLarge: "fileTooLarge"
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .unsupported: "unsupported"
        case .system: "system"
        case .cannotEncode: "cannotEncode"
        case .cannotWrite: "cannotWrite"
        }
    }

    /// Cut anywhere, a file is an error or, where only the mark of the end is missing, the whole picture.
    @Test func filesCutAnywhere() throws {
        let png = try ImageFixture.load("png", as: [String: ImageFixture.Picture].self)
        let jpeg = try ImageFixture.load("jpeg", as: [String: ImageFixture.Picture].self)
        for name in ["rgba-8-interlaced", "palette-transparent-4", "rgb-16"] {
            let picture = try #require(png[name])
            for count in 0..<picture.bytes.count {
                guard let read = try? reader.decode(Array(picture.bytes.prefix(count)), source: name) else { continue }
                #expect(read == picture.bitmap && count >= picture.bytes.count - 16, "\(name) cut to \(count)")
            }
        }
        for name in ["orientation-6", "progressive", "grey"] {
            let picture = try #require(jpeg[name])
            for count in 0..<picture.bytes.count {
                guard let read = try? reader.decode(Array(picture.bytes.prefix(count)), source: name) else { continue }
                // The last bytes of the data may only pad.
                #expect(
                    read.largestDifference(from: picture.bitmap) <= 1 && count >= picture.bytes.count - 4,
                    "\(name) cut to \(count)")
            }
        }
    }

    @Test func theBackgroundIsTheCallers() throws {
        let pictures = try ImageFixture.load("png", as: [String: ImageFixture.Picture].self)
        let picture = try #require(pictures["rgba-8"])
        let black = try ImageReader(background: [0, 0, 0]).decode(picture.bytes, source: "black")
        let white = picture.bitmap
        // White shows through by 255 − alpha, the same for each colour of a pixel, up to rounding.
        for start in stride(from: 0, to: white.bytes.count, by: 3) {
            let through = (0..<3).map { Int(white.bytes[start + $0]) - Int(black.bytes[start + $0]) }
            #expect((through.max() ?? 0) - (through.min() ?? 0) <= 1)
        }
        #expect(black != white)
    }

    @Test func limitsAreTheCallers() throws {
        let pictures = try ImageFixture.load("png", as: [String: ImageFixture.Picture].self)
        let bytes = try #require(pictures["rgba-8-interlaced"]).bytes
        func read(_ limits: ImageLimits) throws(ImageError) -> Bitmap {
            try ImageReader(limits: limits).decode(bytes, source: "x")
        }
        #expect(throws: ImageError.tooLarge(source: "x", width: 11, height: 9, limit: .side(10))) {
            try read(ImageLimits(side: 10))
        }
        #expect(throws: ImageError.tooLarge(source: "x", width: 11, height: 9, limit: .pixelCount(98))) {
            try read(ImageLimits(pixelCount: 98))
        }
        #expect(throws: ImageError.tooLarge(source: "x", width: 11, height: 9, limit: .memory(99 * 7 - 1))) {
            try read(ImageLimits(memory: 99 * 7 - 1))
        }
        #expect(throws: ImageError.fileTooLarge(source: "x", limit: 20)) { try read(ImageLimits(fileSize: 20)) }
        #expect(try read(ImageLimits(side: 11, pixelCount: 99, fileSize: bytes.count, memory: 99 * 7)).width == 11)
    }

    @Test func filesByContentNotByName() throws {
        let pictures = try ImageFixture.load("jpeg", as: [String: ImageFixture.Picture].self)
        let picture = try #require(pictures["baseline-444"])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let named = folder.appendingPathComponent("photo.png")
        try picture.file.write(to: named)
        #expect(try reader.read(named.path).largestDifference(from: picture.bitmap) <= 1)
        #expect(try reader.header(ofFile: named.path).format == .jpeg)

        let text = folder.appendingPathComponent("text.png")
        try Data("no picture".utf8).write(to: text)
        #expect(throws: ImageError.notAPicture(source: text.path, content: .text)) { try reader.read(text.path) }
        #expect(throws: ImageError.isDirectory(source: folder.path)) { try reader.read(folder.path) }
        let missing = folder.appendingPathComponent("missing.png").path
        #expect(throws: ImageError.notFound(source: missing)) { try reader.read(missing) }
        #expect(throws: ImageError.fileTooLarge(source: named.path, limit: 100)) {
            try ImageReader(limits: ImageLimits(fileSize: 100)).read(named.path)
        }
    }
}
