import Checkpoints
import JSON
import Testing

/// Every rule of docs/formats/checkpoints.md, broken once.
@Suite("What a safetensors file may not be") struct SafetensorsRejectionTests {
    typealias Rule = SafetensorsError.Rule

    private func error(_ bytes: [UInt8], limits: SafetensorsLimits = SafetensorsLimits()) -> SafetensorsError? {
        do {
            _ = try bytes.withUnsafeBytes {
                try SafetensorsFile(MappedFile(copying: $0, path: "m.safetensors"), limits: limits)
            }
            Issue.record("the file was accepted")
        } catch let error as SafetensorsError {
            return error
        } catch {
            Issue.record("another error: \(error)")
        }
        return nil
    }

    private func expect(_ header: String, data: Int = 0, tensor: String? = nil, _ rule: Rule) {
        let found = error(SafetensorsBytes.file(header: header, data: [UInt8](repeating: 0, count: data)))
        #expect(found == SafetensorsError(path: "m.safetensors", tensor: tensor, rule))
    }

    private func expect(_ type: String, _ shape: String, _ offsets: String, data: Int, _ rule: Rule) {
        expect("{\(SafetensorsBytes.entry("w", type, shape, offsets))}", data: data, tensor: "w", rule)
    }

    @Test("1: shorter than the length field") func tooShort() {
        for count in 1..<8 {
            #expect(error([UInt8](repeating: 2, count: count))?.rule == .fileTooShort(byteCount: count))
        }
    }

    @Test("2: header length above the limit, past the end, or wrapping around") func headerLength() {
        let tooLong = SafetensorsBytes.length(100_000_001) + Array("{}".utf8)
        #expect(error(tooLong)?.rule == .headerTooLong(byteCount: 100_000_001, limit: 100_000_000))
        let wrapping = SafetensorsBytes.length(.max) + Array("{}".utf8)
        #expect(error(wrapping)?.rule == .headerTooLong(byteCount: .max, limit: 100_000_000))
        let pastEnd = SafetensorsBytes.length(3) + Array("{}".utf8)
        #expect(error(pastEnd)?.rule == .headerPastEnd(headerByteCount: 3, fileByteCount: 10))
    }

    @Test("3: not UTF-8, not beginning with a brace") func notAnObject() {
        expect(" {}", .headerNotAnObject(firstByte: 0x20))
        expect("[]", .headerNotAnObject(firstByte: 0x5B))
        expect("", .headerNotAnObject(firstByte: 0))
        let broken: [UInt8] = Array("{\"".utf8) + [0xFF, 0xFE] + Array("\":1}".utf8)
        #expect(
            error(SafetensorsBytes.file(header: broken))?.rule == .malformedHeader(JSONError(.invalidUTF8, offset: 2)))
    }

    @Test("4: not JSON, nested too deep, text behind it") func malformed() {
        expect("{\"a\"", .malformedHeader(JSONError(.unexpectedEnd, offset: 4)))
        expect(
            "{\"w\":[]}", tensor: "w",
            .malformedHeader(JSONError(.unexpectedByte(UInt8(ascii: "["), expected: "'{'"), offset: 5)))
        expect(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", data: 4, tensor: "w",
            .malformedHeader(JSONError(.unexpectedByte(UInt8(ascii: "["), expected: "a number"), offset: 29)))
        expect("{}  x", .textAfterHeader(offset: 12))
        expect("{}\n", .textAfterHeader(offset: 10))
        expect("{}{}", .textAfterHeader(offset: 10))
        expect(
            "{" + String(repeating: "\"a\":{", count: 200), tensor: "a", .unknownKey("a"))
    }

    @Test("5: keys that occur twice") func duplicates() {
        let entry = SafetensorsBytes.entry("w", "F32", "[1]", "[0,4]")
        expect("{\(entry),\(entry)}", data: 4, tensor: "w", .duplicateTensor)
        // The same name, once with an escape.
        let escaped = SafetensorsBytes.entry("\\u0077", "F32", "[1]", "[4,8]")
        expect("{\(entry),\(escaped)}", data: 8, tensor: "w", .duplicateTensor)
        expect("{\"__metadata__\":{},\"__metadata__\":{}}", tensor: "__metadata__", .duplicateTensor)
        expect("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", .duplicateKey("a"))
        expect(
            "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,4]}}", data: 4, tensor: "w",
            .duplicateKey("dtype"))
        expect(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[],\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4, tensor: "w",
            .duplicateKey("shape"))
    }

    @Test("6: metadata that is not text") func metadata() {
        expect("{\"__metadata__\":{\"step\":3}}", .metadataNotText(key: "step"))
        expect("{\"__metadata__\":{\"step\":null}}", .metadataNotText(key: "step"))
        expect("{\"__metadata__\":{\"step\":{}}}", .metadataNotText(key: "step"))
    }

    @Test("7: an element type that does not exist") func unknownType() {
        expect("F33", "[1]", "[0,4]", data: 4, .unknownElementType("F33"))
        expect("f32", "[1]", "[0,4]", data: 4, .unknownElementType("f32"))
        expect("", "[1]", "[0,4]", data: 4, .unknownElementType(""))
    }

    @Test(
        "8: numbers that are negative, fractional or too large",
        arguments: ["-1", "1.5", "1e3", "9223372036854775808", "18446744073709551616", "1.0"])
    func numbers(number: String) {
        expect("F32", "[\(number)]", "[0,4]", data: 4, .integerOutOfRange(key: "shape"))
        expect("F32", "[1]", "[\(number),4]", data: 4, .integerOutOfRange(key: "data_offsets"))
        expect("F32", "[1]", "[0,\(number)]", data: 4, .integerOutOfRange(key: "data_offsets"))
    }

    @Test("9: products that overflow") func overflow() {
        let large = 1 << 62
        expect("U8", "[\(large),2]", "[0,4]", data: 4, .sizeOverflow(shape: [large, 2]))
        expect("F32", "[\(large)]", "[0,4]", data: 4, .sizeOverflow(shape: [large]))
        expect(
            "F32", "[\(large),\(large),0]", "[0,0]", data: 0, .sizeOverflow(shape: [large, large, 0]))
        expect("F32", "[2147483648,0]", "[0,0]", data: 0, .unsupportedShape([2_147_483_648, 0]))
        expect("U8", "[1,1,1,1,1,1,1]", "[0,1]", data: 1, .unsupportedShape([1, 1, 1, 1, 1, 1, 1]))
    }

    @Test("10: offsets that do not fit the shape") func offsets() {
        expect("F32", "[1]", "[4,0]", data: 4, .offsetsReversed(begin: 4, end: 0))
        expect("F32", "[2]", "[0,4]", data: 4, .sizeMismatch(expected: 8, stored: 4))
        expect("F32", "[0]", "[0,4]", data: 4, .sizeMismatch(expected: 0, stored: 4))
        expect("F32", "[1]", "[0]", data: 4, .wrongOffsetCount(1))
        expect("F32", "[1]", "[0,4,4]", data: 4, .wrongOffsetCount(3))
    }

    @Test("11: elements of a few bits that do not fill bytes") func partOfAByte() {
        expect("F4", "[3]", "[0,2]", data: 2, .notWholeBytes(bitCount: 12))
        expect("F6_E2M3", "[1]", "[0,1]", data: 1, .notWholeBytes(bitCount: 6))
    }

    @Test("12: data that begins late, has holes or overlaps") func layout() {
        expect("F32", "[1]", "[4,8]", data: 8, .hole(from: 0, to: 4))
        let first = SafetensorsBytes.entry("a", "F32", "[1]", "[0,4]")
        let late = SafetensorsBytes.entry("b", "F32", "[1]", "[8,12]")
        expect("{\(first),\(late)}", data: 12, tensor: "b", .hole(from: 4, to: 8))
        let overlapping = SafetensorsBytes.entry("b", "F32", "[1]", "[2,6]")
        expect("{\(first),\(overlapping)}", data: 6, tensor: "b", .overlap(with: "a"))
        let same = SafetensorsBytes.entry("b", "F32", "[1]", "[0,4]")
        expect("{\(first),\(same)}", data: 4, tensor: "b", .overlap(with: "a"))
    }

    @Test("13: data that ends before or after the file") func end() {
        expect("F32", "[2]", "[0,8]", data: 7, .dataPastEnd(end: 8, dataByteCount: 7))
        expect("{\(SafetensorsBytes.entry("w", "F32", "[1]", "[0,4]"))}", data: 5, .bytesAfterData(count: 1))
        expect("{}", data: 1, .bytesAfterData(count: 1))
        // The sum of the header's length and this offset would wrap around.
        expect(
            "U8", "[2147483647,268435456]", "[0,576460752034988032]", data: 4,
            .dataPastEnd(end: 576_460_752_034_988_032, dataByteCount: 4))
    }

    @Test("ours: counts, names and keys") func ours() {
        var limits = SafetensorsLimits()
        limits.tensorCount = 1
        limits.nameByteCount = 4
        let two =
            "\(SafetensorsBytes.entry("a", "F32", "[0]", "[0,0]")),\(SafetensorsBytes.entry("b", "F32", "[0]", "[0,0]"))"
        #expect(error(SafetensorsBytes.file(header: "{\(two)}"), limits: limits)?.rule == .tooManyTensors(limit: 1))
        let long = SafetensorsBytes.entry("ääa", "F32", "[0]", "[0,0]")
        #expect(
            error(SafetensorsBytes.file(header: "{\(long)}"), limits: limits)
                == SafetensorsError(path: "m.safetensors", tensor: "ääa", .nameTooLong(byteCount: 5, limit: 4)))
        for (name, text) in [("a\u{1B}", "a\\u001b"), ("a\u{7F}", "a\u{7F}"), ("a\u{85}", "a\u{85}")] {
            expect(
                "{\(SafetensorsBytes.entry(text, "F32", "[0]", "[0,0]"))}", tensor: name, .controlCharacterInName)
        }
        expect("{\(SafetensorsBytes.entry("", "F32", "[0]", "[0,0]"))}", tensor: "", .emptyName)
        expect("{\"w\":{\"dtype\":\"F32\",\"shape\":[0]}}", tensor: "w", .missingKey("data_offsets"))
        expect("{\"w\":{\"shape\":[0],\"data_offsets\":[0,0]}}", tensor: "w", .missingKey("dtype"))
        expect("{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}", tensor: "w", .missingKey("shape"))
        expect(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}", tensor: "w", .unknownKey("x"))
    }

    @Test("a long list of numbers is refused, not kept") func longList() {
        let list = "[" + String(repeating: "1,", count: 5_000) + "1]"
        #expect(
            error(SafetensorsBytes.file(header: "{\(SafetensorsBytes.entry("w", "U8", list, "[0,1]"))}", data: [0]))?
                .rule
                == .unsupportedShape([1, 1, 1, 1, 1, 1, 1, 1]))
    }

    @Test("errors name the file, the tensor and the rule on one line") func description() {
        let error = SafetensorsError(
            path: "models/a\nb.safetensors", tensor: "w\u{1B}[2J", .sizeMismatch(expected: 8, stored: 4))
        #expect(!error.description.contains { $0.isNewline || $0 == "\u{1B}" })
        #expect(error.description.contains("a\\nb.safetensors"))
        #expect(error.description.contains("8 bytes"))
    }
}
