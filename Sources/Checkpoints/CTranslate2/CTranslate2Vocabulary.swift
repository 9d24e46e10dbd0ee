import JSON

/// The vocabulary file of a CTranslate2 folder: a JSON array of texts, or one text per line; the position is the
/// identifier.
enum CTranslate2Vocabulary {
    /// The tokens of the form `<|…|>` without time stamps, by text.
    static func specialTokens(inFolder folder: String, expectedCount: Int) throws -> [String: Int] {
        let (path, tokens, count) = try read(folder)
        guard count == expectedCount else {
            throw ConfigurationError(path: path, key: "", .wrongCount(found: count, expected: expectedCount))
        }
        return tokens
    }

    private static func read(_ folder: String) throws -> (path: String, tokens: [String: Int], count: Int) {
        do {
            return try readJSON(MappedFile(path: folder + "/vocabulary.json"))
        } catch let error as FileError where error.reason == .missing {
            return try readLines(MappedFile(path: folder + "/vocabulary.txt"))
        }
    }

    private static func readJSON(_ file: MappedFile) throws -> (path: String, tokens: [String: Int], count: Int) {
        var tokens: [String: Int] = [:]
        var count = 0
        do {
            try JSONReader.read(file.bytes) { reader in
                try reader.readArray { reader in
                    try reader.withStringBytes { bytes, _ in note(UnsafeRawBufferPointer(bytes), count, in: &tokens) }
                    count += 1
                }
            }
        } catch let error as JSONError {
            throw ConfigurationError(path: file.path, key: "", .malformed(error.description))
        }
        return (file.path, tokens, count)
    }

    private static func readLines(_ file: MappedFile) throws -> (path: String, tokens: [String: Int], count: Int) {
        var tokens: [String: Int] = [:]
        var count = 0
        var start = 0
        while start < file.bytes.count {
            let end = file.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? file.bytes.count
            note(file.view(start..<end), count, in: &tokens)
            count += 1
            start = end + 1
        }
        return (file.path, tokens, count)
    }

    private static func note(_ bytes: UnsafeRawBufferPointer, _ id: Int, in tokens: inout [String: Int]) {
        // Looked at as bytes first, because nearly all of fifty thousand tokens are ordinary.
        guard bytes.count > 4, bytes[0] == UInt8(ascii: "<"), bytes[1] == UInt8(ascii: "|"),
            bytes[bytes.count - 1] == UInt8(ascii: ">"), bytes[bytes.count - 2] == UInt8(ascii: "|"),
            !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[2])
        else { return }
        tokens[String(decoding: bytes, as: UTF8.self)] = id
    }
}
