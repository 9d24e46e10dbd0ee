import Foundation
import JSON
import Testing

@Suite("JSON, read strictly")
struct JSONReaderTests {
    private func value(_ text: String, maximumDepth: Int = 128) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), maximumDepth: maximumDepth) { try $0.readValue() }
    }

    /// Reading and skipping must agree on what is an error, and where.
    private func error(_ bytes: [UInt8], maximumDepth: Int = 128) -> JSONError? {
        func failure(_ body: (inout JSONReader) throws -> Void) -> JSONError? {
            do {
                try JSONReader.read(bytes, maximumDepth: maximumDepth, body)
                return nil
            } catch {
                return error as? JSONError
            }
        }
        let skipped = failure { try $0.skipValue() }
        let read = failure { _ = try $0.readValue() }
        #expect(skipped == read)
        return read
    }

    private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

    @Test("values of every kind")
    func values() throws {
        #expect(try value(" null ") == .null)
        #expect(try value("true") == .boolean(true))
        #expect(try value("\r\n\tfalse") == .boolean(false))
        #expect(try value("0") == .integer(0))
        #expect(try value("-0") == .integer(0))
        #expect(try value("1.5e2") == .number(150))
        #expect(try value("1E+2") == .number(100))
        #expect(try value("-2.5E-1") == .number(-0.25))
        #expect(try value("[]") == .array([]))
        #expect(try value("{ }") == .object([:]))
        #expect(
            try value(#"{"a": [1, {"b": null}], "": "x"}"#)
                == .object(["a": .array([.integer(1), .object(["b": .null])]), "": .string("x")]))
        #expect(try value(#"{"a": 3}"#)["a"] == .integer(3))
        #expect(try value(#"{"a": 3}"#)["b"] == nil)
        #expect(try value("[3]")["a"] == nil)
    }

    @Test("integers up to the limits of Int, beyond them rounded numbers")
    func integers() throws {
        #expect(try value("9223372036854775807") == .integer(.max))
        #expect(try value("-9223372036854775808") == .integer(.min))
        #expect(try value("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try value("-9223372036854775809") == .number(-9_223_372_036_854_775_808))
        for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e3", "99999999999999999999999999"] {
            #expect(throws: JSONError(.numberOutOfRange, offset: 0)) {
                try JSONReader.read(Array(text.utf8)) { try $0.readInteger() }
            }
        }
        #expect(throws: JSONError(.numberOutOfRange, offset: 1)) { try value("[1e999]") }
        try JSONReader.read(Array("1e999".utf8)) { try $0.skipValue() }
    }

    @Test("strings with escapes")
    func strings() throws {
        #expect(try value(#""\"\\\/\b\f\n\r\t""#) == .string("\"\\/\u{8}\u{C}\n\r\t"))
        #expect(try value(#""\u0041\u00e9\u65E5\ud83d\uDE00""#) == .string("Aé日😀"))
        #expect(try value(#""\u0000\uffff""#) == .string("\0\u{FFFF}"))
        #expect(try value("\"é日😀\u{7F}\"") == .string("é日😀\u{7F}"))
        #expect(try value(#""é\n日""#) == .string("é\n日"))
        let raw = try JSONReader.read(Array(#"{"\u0120the": 1, "Ġa": 2}"#.utf8)) { reader in
            var keys: [String] = []
            try reader.readObjectWithRawKeys { key, reader in
                keys.append(String(decoding: key, as: UTF8.self))
                try reader.skipValue()
            }
            return keys
        }
        #expect(raw == ["Ġthe", "Ġa"])
    }

    @Test(
        "texts that are not JSON",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
            ("\"abc", .unexpectedEnd, 4), ("\"a\\", .unexpectedEnd, 3), ("\"\\u12", .unexpectedEnd, 5),
            ("1 2", .trailingBytes, 2), ("{}}", .trailingBytes, 2), ("nullx", .trailingBytes, 4),
            ("\"\\x\"", .invalidEscape, 2), ("\"\\u12g4\"", .invalidEscape, 5),
            ("\"\\ud800\"", .invalidEscape, 7), ("\"\\udc00\"", .invalidEscape, 7),
            ("\"\\ud800\\u0041\"", .invalidEscape, 13), ("\"\\ud800x\"", .invalidEscape, 7),
            ("\"a\nb\"", .controlCharacterInString, 2), ("\"\\n\u{1F}\"", .controlCharacterInString, 3),
            ("01", .invalidNumber, 0), ("-", .invalidNumber, 0), ("-x", .invalidNumber, 0), ("1.", .invalidNumber, 0),
            ("1.e5", .invalidNumber, 0), ("1e", .invalidNumber, 0), ("1e+", .invalidNumber, 0),
            ("-01", .invalidNumber, 0),
        ] as [(String, JSONError.Reason, Int)])
    func invalid(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        #expect(error(text) == JSONError(reason, offset: offset), "\(text)")
    }

    @Test(
        "a byte that may not stand there is named",
        arguments: [
            "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "{1:2}", "{\"a\":}", "'a'", "+1", ".5",
            "NaN", "Infinity", "nul", "tru", "fals", "True", "/* */ 1", "[1}", "{\"a\":1]", "\u{FEFF}1", "\\",
        ])
    func unexpected(_ text: String) {
        guard case .unexpectedByte = error(text)?.reason else {
            Issue.record("\(text): \(String(describing: error(text)))")
            return
        }
    }

    @Test("bytes that are not UTF-8 in a string, in a key, and after an escape")
    func invalidUTF8() {
        let broken: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ]
        let quote = UInt8(ascii: "\"")
        for bytes in broken {
            #expect(error([quote] + bytes + [quote])?.reason == .invalidUTF8, "\(bytes)")
            #expect(error(Array("\"\\n".utf8) + bytes + [quote])?.reason == .invalidUTF8, "\(bytes)")
            #expect(error(Array("{\"".utf8) + bytes + Array("\":1}".utf8))?.reason == .invalidUTF8, "\(bytes)")
        }
    }

    @Test("every scalar is valid, in a string and by escapes")
    func allScalars() throws {
        for start in stride(from: UInt32(0x20), to: 0x110000, by: 0x1000) {
            var text = ""
            for value in start..<min(start + 0x1000, 0x110000) where value != 0x22 && value != 0x5C {
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let escaped = text.utf16.map { "\\u" + String(UInt32($0) + 0x10000, radix: 16).dropFirst() }.joined()
            for written in [text, escaped] {
                guard case .string(let read) = try value("\"\(written)\"") else {
                    Issue.record("no string, from \(start)")
                    return
                }
                #expect(read.utf8.elementsEqual(text.utf8), "from \(start)")
            }
        }
    }

    @Test("nesting is limited, in every kind of reading")
    func depth() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        #expect(error(nested(128, "[", "]")) == nil)
        #expect(error(nested(129, "[", "]"))?.reason == .tooDeep(limit: 128))
        #expect(error(nested(1_000_000, "[", ""))?.reason == .tooDeep(limit: 128))
        #expect(error(nested(64, "{\"a\":[", "]}")) == nil)
        #expect(error(nested(65, "{\"a\":[", "]}"))?.reason == .tooDeep(limit: 128))
        #expect(error(nested(3, "[", "]"), maximumDepth: 2)?.reason == .tooDeep(limit: 2))
        // Siblings do not add up.
        #expect(error(Array(("[" + String(repeating: "[],", count: 500) + "[]]").utf8)) == nil)
    }

    @Test("keys that occur twice: the reader hands them on, a value refuses them")
    func duplicateKeys() throws {
        let text = #"{"a": 1, "a": 2}"#
        var values: [Int] = []
        try JSONReader.read(Array(text.utf8)) { reader in
            try reader.readObject { _, reader in values.append(try reader.readInteger()) }
        }
        #expect(values == [1, 2])
        #expect(throws: JSONError(.duplicateKey("a"), offset: 15)) { try value(text) }
    }

    @Test("asking for the wrong kind is an error, not a crash")
    func wrongKinds() {
        for text in ["1", "\"a\"", "[]", "{}", "true", "null", "", "t", "n", "-", "x"] {
            let bytes = Array(text.utf8)
            func fails(_ body: (inout JSONReader) throws -> Void) -> Bool {
                do { try JSONReader.read(bytes, body) } catch { return true }
                return false
            }
            #expect(fails { _ = try $0.readString() } == (text != "\"a\""))
            #expect(fails { _ = try $0.readInteger() } == (text != "1"))
            #expect(fails { _ = try $0.readDouble() } == (text != "1"))
            #expect(fails { _ = try $0.readBoolean() } == (text != "true"))
            #expect(fails { try $0.readNull() } == (text != "null"))
            #expect(fails { try $0.readArray { _ in } } == (text != "[]"))
            #expect(fails { try $0.readObject { _, _ in } } == (text != "{}"))
        }
    }

    @Test("a body that leaves its value unread is found out")
    func unreadValue() {
        #expect(throws: JSONError.self) { try JSONReader.read(Array("[1]".utf8)) { try $0.readArray { _ in } } }
        #expect(throws: JSONError.self) {
            try JSONReader.read(Array(#"{"a":1}"#.utf8)) { try $0.readObject { _, _ in } }
        }
    }

    @Test("every beginning of a text is refused, and no byte changed in it crashes")
    func mutations() {
        let text = Array(#"{"a\u00e9é": [1, -2.5e3, true, null, "x\n", {"b": {}}], "c": "日"}"#.utf8)
        #expect(error(text) == nil)
        for count in 0..<text.count { #expect(error(Array(text[..<count])) != nil, "\(count)") }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                _ = error(changed)
            }
        }
    }

    @Test("agrees with Foundation on random texts")
    func agreesWithFoundation() {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\u00e9\"", "1", "-0.5", "2e", "01", "true", "null", " ", "\"",
        ]
        var valid = 0
        var generator = Generator()
        for _ in 0..<4000 {
            let count = Int.random(in: 0...6, using: &generator)
            let text = "[" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined() + "]"
            // Foundation lets a comma stand before a closing bracket, and refuses numbers that a Double cannot hold.
            if text.contains(/,\s*[\]}]/) || text.contains(/e[0-9]{3}/) { continue }
            let bytes = Array(text.utf8)
            let accepted = (try? JSONReader.read(bytes) { try $0.skipValue() }) != nil
            let expected = (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
            #expect(accepted == expected, "\(text)")
            if accepted { valid += 1 }
        }
        #expect(valid > 100)
    }

    @Test("messages name place and cause on one line")
    func messages() {
        #expect(
            "\(JSONError(.unexpectedByte(0x5D, expected: "a value"), offset: 7))"
                == "at byte 7: found ']' where a value was expected")
        let hostile = JSONError(.duplicateKey("\u{1B}[2J\n" + String(repeating: "x", count: 5000)), offset: 1)
        #expect(hostile.description.utf8.count < 300)
        #expect(!hostile.description.unicodeScalars.contains { $0.value < 0x20 })
    }
}

/// The same numbers in every run (SplitMix64), so that a failure can be had again.
private struct Generator: RandomNumberGenerator {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
