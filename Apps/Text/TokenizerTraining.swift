import CommandLineKit
import Datasets
import Foundation
import Tokenizers

/// Reads a corpus and learns a tokenizer from it.
struct TokenizerTraining: Sendable {
    let corpus: TextCorpus
    let console: Console

    func pairs(
        vocabularySize: Int, specialTokens: [String], minimumCount: Int, isCancelled: () -> Bool
    ) throws -> TrainedTokenizer {
        var trainer = try BPETrainer(
            vocabularySize: vocabularySize, specialTokens: specialTokens, minimumCount: minimumCount)
        try read(isCancelled) { trainer.add($0) }
        console.detail("\(trainer.wordCount) different words")
        let meter = ProgressMeter(on: console, label: "merging", unit: .items("tokens"))
        defer { meter.finish() }
        let trained = try trainer.train { size in
            if isCancelled() { throw CancellationError() }
            meter.update(completed: Double(size), of: Double(vocabularySize))
        }
        if trained.vocabularySize < vocabularySize {
            console.note(
                "no more pairs that occur \(minimumCount) times: \(trained.vocabularySize) tokens instead of "
                    + "\(vocabularySize)")
        }
        return trained
    }

    func characters(
        vocabularySize: Int?, specialTokens: [String], isCancelled: () -> Bool
    ) throws -> TrainedTokenizer {
        var trainer = try CharacterTrainer(vocabularySize: vocabularySize, specialTokens: specialTokens)
        try read(isCancelled) { trainer.add($0) }
        return try trainer.train()
    }

    private func read(_ isCancelled: () -> Bool, _ add: (String) -> Void) throws {
        let meter = ProgressMeter(on: console, label: "reading", unit: .bytes)
        defer { meter.finish() }
        var byteCount = 0
        let report = try corpus.read { piece in
            if isCancelled() { throw CancellationError() }
            add(piece.text)
            byteCount += piece.text.utf8.count
            meter.update(completed: Double(byteCount))
        }
        for row in report.badRows { console.note("left out: \(row)") }
        console.detail("\(report.textCount) texts, \(report.byteCount) bytes")
    }
}

/// Where a trained tokenizer goes.
struct TokenizerOutput: Sendable {
    let path: String

    /// - Throws: where a tokenizer is there that is not to be replaced, or nothing can be written.
    init(folder: String, replaces: Bool) throws {
        path = folder
        let file = Self.file(folder, "tokenizer.json")
        if !replaces, FileManager.default.fileExists(atPath: file) { throw TokenizerExists(path: file) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            throw OutputError.cannotCreateFolder(path: folder, SystemError(code: Int32(cause?.code ?? Int(EIO))))
        }
        try ResultFile.checkWritable(file)
    }

    func write(_ tokenizer: TrainedTokenizer) throws {
        try ResultFile.write(tokenizer.configurationJSON(), to: Self.file(path, "tokenizer_config.json"))
        try ResultFile.write(tokenizer.json(), to: Self.file(path, "tokenizer.json"))
    }

    private static func file(_ folder: String, _ name: String) -> String {
        URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent(name).path(percentEncoded: false)
    }
}

/// A tokenizer that a model may depend on.
struct TokenizerExists: Error, Equatable, CustomStringConvertible {
    let path: String

    var description: String { "\(path) exists already; give another --output, or --force to replace it" }
}
