import JSON

/// The merges as they stand in the file, not yet read: transcription without a prompt never needs them.
enum MergeSource: Sendable {
    /// The array `model.merges` of a tokenizer.json, syntax checked and elements counted already.
    case json([UInt8], count: Int)
    /// A merges.txt: one merge per line.
    case lines([UInt8])
    /// Made from the scores of a SentencePiece model.
    case scored(MergeTable)

    /// - Parameter prefix: what the right token of a pair begins with and loses when it is merged.
    func table(
        for vocabulary: Vocabulary, prefix: [UInt8] = [], file: String
    ) throws(TokenizerError) -> MergeTable {
        switch self {
        case .json(let bytes, let count): try Self.table(json: bytes, count, vocabulary, prefix, file)
        case .lines(let bytes): try Self.table(lines: bytes, vocabulary, prefix, file)
        case .scored(let table): table
        }
    }

    private static func table(
        json bytes: [UInt8], _ count: Int, _ vocabulary: Vocabulary, _ prefix: [UInt8], _ file: String
    ) throws(TokenizerError) -> MergeTable {
        var builder = MergeTableBuilder(vocabulary: vocabulary, prefix: prefix, file: file, capacity: count)
        try parse(bytes, file: file) { reader in
            try reader.readArray { reader in
                if try reader.peek() == .string {
                    try reader.withStringBytes { line, _ in try builder.add(line: line) }
                } else {
                    var parts: [[UInt8]] = []
                    try reader.readArray { reader in
                        try reader.withStringBytes { part, _ in parts.append(Array(part)) }
                    }
                    try builder.add(pair: parts)
                }
            }
        }
        return builder.table
    }

    private static func table(
        lines bytes: [UInt8], _ vocabulary: Vocabulary, _ prefix: [UInt8], _ file: String
    ) throws(TokenizerError) -> MergeTable {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        var builder = MergeTableBuilder(vocabulary: vocabulary, prefix: prefix, file: file, capacity: lines.count)
        for (number, line) in lines.enumerated() {
            // The last line ends with the file's last line break.
            if number == lines.count - 1, line.isEmpty { break }
            let text = line.last == 0x0D ? Array(line.dropLast()) : Array(line)
            try text.withUnsafeBufferPointer { line throws(TokenizerError) in try builder.add(line: line) }
        }
        return builder.table
    }
}

/// Turns pairs of tokens into pairs of ids, in the order of the file.
private struct MergeTableBuilder {
    let vocabulary: Vocabulary
    let prefix: [UInt8]
    let file: String
    var table: MergeTable
    private var number = 0
    private var merged: [UInt8] = []

    init(vocabulary: Vocabulary, prefix: [UInt8], file: String, capacity: Int) {
        self.vocabulary = vocabulary
        self.prefix = prefix
        self.file = file
        table = MergeTable(capacity: capacity)
    }

    /// Adds "left right"; a comment such as "#version: 0.2" is passed over.
    mutating func add(line: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
        if line.starts(with: "#version".utf8) { return }
        guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
            throw invalid(String(decoding: line, as: UTF8.self))
        }
        try add(
            UnsafeBufferPointer(rebasing: line[..<space]), UnsafeBufferPointer(rebasing: line[(space + 1)...]))
    }

    mutating func add(pair: [[UInt8]]) throws(TokenizerError) {
        guard pair.count == 2 else {
            throw invalid(pair.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
        }
        try pair[0].withUnsafeBufferPointer { left throws(TokenizerError) in
            try pair[1].withUnsafeBufferPointer { right throws(TokenizerError) in try add(left, right) }
        }
    }

    private mutating func add(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) throws(TokenizerError) {
        merged.removeAll(keepingCapacity: true)
        merged.append(contentsOf: left)
        guard prefix.isEmpty || right.starts(with: prefix) else {
            throw invalid(
                String(decoding: left, as: UTF8.self) + " " + String(decoding: right, as: UTF8.self))
        }
        merged.append(contentsOf: right.dropFirst(prefix.count))
        let leftID = try id(of: left)
        let rightID = try id(of: right)
        let mergedID = try merged.withUnsafeBufferPointer { token throws(TokenizerError) in try id(of: token) }
        table.insert(leftID, rightID, MergeTable.Merge(rank: Int32(number), id: mergedID))
        number += 1
    }

    private func id(of token: UnsafeBufferPointer<UInt8>) throws(TokenizerError) -> Int32 {
        guard let entry = vocabulary.tokens.index(of: token) else {
            throw TokenizerError(
                file: file, .mergeOutsideVocabulary(number: number + 1, token: String(decoding: token, as: UTF8.self)))
        }
        return vocabulary.ids[entry]
    }

    private func invalid(_ text: String) -> TokenizerError {
        TokenizerError(file: file, .invalidMerge(number: number + 1, text: text))
    }
}
