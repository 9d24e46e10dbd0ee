import Foundation
import Tensors
import TestKit
import Testing

@testable import Checkpoints

@Suite struct GGUFRejectionTests {
    private func file(_ change: (inout GGUFBytes) -> Void = { _ in }) -> GGUFBytes {
        var file = GGUFBytes()
        change(&file)
        return file
    }

    private func expect(
        _ rule: GGUFError.Rule, _ subject: GGUFError.Subject = .file, _ change: (inout GGUFBytes) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: GGUFError(path: "m.gguf", subject, rule), sourceLocation: sourceLocation) {
            _ = try file(change).open()
        }
    }

    @Test func aSmallFileIsRead() throws {
        let opened = try file {
            $0.add(key: "general.alignment", UInt32(64))
            $0.alignment = 64
            $0.add(tensor: "a", [2, 3])
            $0.add(tensor: "b", [32, 1], type: 8, offset: 64)
        }.open()
        #expect(opened.names == ["a", "b"] && opened.shape(of: "a") == [3, 2])
    }

    @Test func theFrameIsChecked() {
        expect(.notGGUF) { $0.magic = Array("GGML".utf8) }
        for version: UInt32 in [0, 1, 4] { expect(.unsupportedVersion(version)) { $0.version = version } }
        expect(.bigEndian) { $0.version = UInt32(3).byteSwapped }
        expect(.tooMany(what: "tensors", count: 1 << 60, limit: 100_000)) { $0.tensorCount = 1 << 60 }
        expect(.tooMany(what: "keys", count: .max, limit: 100_000)) { $0.keyCount = .max }
        expect(.endsTooEarly(offset: 24, wanted: 8)) { $0.keyCount = 1 }
    }

    @Test func metadataIsChecked() {
        expect(.emptyName) { $0.add(key: "", 1) }
        expect(.duplicate, .key("k")) {
            $0.add(key: "k", 1)
            $0.add(key: "k", 2)
        }
        expect(.controlCharacterInName, .key("a\n")) { $0.add(key: "a\n", 1) }
        expect(.unknownValueType(13), .key("k")) { $0.add(key: "k", type: 13, []) }
        expect(.notAFlag(2), .key("k")) { $0.add(key: "k", type: 7, [2]) }
        expect(.endsTooEarly(offset: 45, wanted: 1 << 50), .key("k")) {
            $0.add(key: "k", type: 8, GGUFBytes.integer(UInt64(1 << 50)))
        }
        expect(.notUTF8(offset: 45), .key("k")) { $0.add(key: "k", type: 8, GGUFBytes.integer(UInt64(1)) + [0xFF]) }
        // 2⁶³ texts, and as many numbers that multiplication overflows.
        for type: UInt32 in [8, 4] {
            expect(.endsTooEarly(offset: 49, wanted: .max), .key("k")) {
                $0.add(key: "k", type: 9, GGUFBytes.integer(type) + GGUFBytes.integer(UInt64(1) << 63))
            }
        }
        let nested = [UInt8](
            (0..<5).map { _ in GGUFBytes.integer(UInt32(9)) + GGUFBytes.integer(UInt64(1)) }.joined())
        expect(.nestedTooDeep(limit: 4), .key("k")) { $0.add(key: "k", type: 9, nested) }
        for alignment: UInt32 in [0, 4, 24, 1 << 20] {
            expect(.invalidAlignment(Int(alignment)), .key("general.alignment")) {
                $0.add(key: "general.alignment", alignment)
            }
        }
        expect(.wrongType(expected: "a whole number", found: "a text"), .key("general.alignment")) {
            $0.add(key: "general.alignment", "32")
        }
    }

    @Test func textsOfArraysAreCheckedWhenTheyAreRead() throws {
        let opened = try file {
            $0.add(
                key: "k", type: 9,
                GGUFBytes.integer(UInt32(8)) + GGUFBytes.integer(UInt64(1)) + GGUFBytes.integer(UInt64(1)) + [0xFF])
        }.open()
        guard case .array(let array) = opened.value(of: "k") else {
            Issue.record("not an array")
            return
        }
        #expect(throws: GGUFError(path: "m.gguf", .key("k"), .notUTF8(offset: 57))) { _ = try array.texts() }
    }

    @Test func tensorsAreChecked() {
        let t = GGUFError.Subject.tensor("t")
        expect(.duplicate, t) {
            $0.add(tensor: "t", [1])
            $0.add(tensor: "t", [1], offset: 32)
        }
        expect(.tooMany(what: "axes", count: 5, limit: 4), t) { $0.add(tensor: "t", [1, 1, 1, 1, 1]) }
        expect(.tooMany(what: "axes", count: 0, limit: 4), t) { $0.add(tensor: "t", []) }
        expect(.unsupportedShape([0]), t) { $0.add(tensor: "t", [0]) }
        expect(.unsupportedShape([1 << 40]), t) { $0.add(tensor: "t", [1 << 40]) }
        let huge = [UInt64](repeating: 0x7FFF_FFFF, count: 4)
        expect(.unsupportedShape(huge), t) { $0.add(tensor: "t", huge) }
        expect(.unsupportedType(code: 10, name: "Q2_K"), t) { $0.add(tensor: "t", [256], type: 10) }
        expect(.unsupportedType(code: 999, name: nil), t) { $0.add(tensor: "t", [256], type: 999) }
        expect(.rowNotWholeBlocks(row: 48, type: "Q4_1", block: 32), t) { $0.add(tensor: "t", [48], type: 3) }
        expect(.misaligned(offset: 8, alignment: 32), t) { $0.add(tensor: "t", [1], offset: 8) }
        expect(.dataPastEnd(end: 260, dataByteCount: 256), t) { $0.add(tensor: "t", [1], offset: 256) }
        expect(.dataPastEnd(end: .max, dataByteCount: 256), t) { $0.add(tensor: "t", [32], offset: .max - 31) }
        expect(.overlap(with: "s"), t) {
            $0.add(tensor: "t", [1], offset: 32)
            $0.add(tensor: "s", [9])
        }
    }

    /// Cut anywhere, a file is refused, or what is left of it is read.
    @Test func cutFilesAreRefused() throws {
        let whole = try Data(contentsOf: Repository.file("Tests/Fixtures/gguf/blocks.gguf"))
        // The last tensor may be padded.
        for end in stride(from: 1, to: whole.count - 32, by: 41) {
            #expect(throws: GGUFError.self, "\(end)") { _ = try GGUFBytes.open(Array(whole[..<end])) }
        }
    }

    @Test func errorsNameFileAndWayRound() {
        let error = GGUFError(
            path: "a/m.gguf", .tensor("blk.0.ffn_up.weight"), .unsupportedType(code: 10, name: "Q2_K"))
        #expect(
            error.description
                == "\"a/m.gguf\", tensor \"blk.0.ffn_up.weight\": the type Q2_K (10) cannot be read; fetch the model in one "
                + "of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K (Q4_K_M and Q8_0 are common)")
    }
}
