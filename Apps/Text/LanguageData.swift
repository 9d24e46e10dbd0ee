import CommandLineKit
import Datasets
import Foundation
import Tensors
import TextModels
import Tokenizers
import Training

/// What `text train` learns from, as its options name it.
struct LanguageData {
    let corpus: TextCorpus
    let validationCorpus: TextCorpus?
    let seed: UInt64
    private let language: LanguageOptions
    private let console: Console

    static let validationShare = 0.05

    init(_ language: LanguageOptions, seed: UInt64, console: Console) throws {
        (self.language, self.seed, self.console) = (language, seed, console)
        func corpus(_ paths: [String]) throws -> TextCorpus {
            try TextCorpus(
                paths: paths.map { URL(fileURLWithPath: $0).path }, field: language.field ?? "text",
                skippingBadRows: language.skipBad ?? 0)
        }
        self.corpus = try corpus(language.data)
        validationCorpus = language.validation.isEmpty ? nil : try corpus(language.validation)
    }

    private var files: [String] { corpus.files + (validationCorpus?.files ?? []) }

    /// The files with sizes and hashes, by which a resumed run knows them.
    ///
    /// - Parameter others: further files that a run depends on.
    func fingerprints(and others: [String] = []) throws -> [RunDescription.DataFile] {
        try (files + others).map(RunDescription.DataFile.init(hashing:))
    }

    /// The options that say what the data is, with the values that were resolved.
    var options: [String: OptionValue] {
        var options: [String: OptionValue] = [
            "data": .list(language.data.map { URL(fileURLWithPath: $0).path }),
            "validation-share": .number(language.validationShare ?? Self.validationShare),
            "field": .text(language.field ?? "text"), "skip-bad": .integer(language.skipBad ?? 0),
        ]
        if !language.validation.isEmpty {
            options["validation"] = .list(language.validation.map { URL(fileURLWithPath: $0).path })
        }
        return options
    }

    // MARK: Texts

    /// Blocks of the texts' tokens, one text after the other.
    func blocks(
        _ tokenizer: any Tokenizer, endOfText: Int?, blockLength: Int, batchSize: Int
    ) throws -> (training: TokenBatches, validation: TokenBatches?) {
        let tokens = try readTokens(of: corpus, tokenizer, endOfText)
        func batches(_ tokens: TokenCorpus, _ ranges: [Range<Int>]?, seed: UInt64?) throws -> TokenBatches {
            try TokenBatches(tokens, ranges: ranges, blockLength: blockLength, batchSize: batchSize, seed: seed)
        }
        guard let validationCorpus else {
            let share = language.validationShare ?? Self.validationShare
            let (trained, kept) = try tokens.split(validationShare: share, blockLength: blockLength, seed: seed)
            return (
                try batches(tokens, trained, seed: seed), share == 0 ? nil : try batches(tokens, kept, seed: nil)
            )
        }
        return (
            try batches(tokens, nil, seed: seed),
            try batches(try readTokens(of: validationCorpus, tokenizer, endOfText), nil, seed: nil)
        )
    }

    private func readTokens(
        of corpus: TextCorpus, _ tokenizer: any Tokenizer, _ endOfText: Int?
    ) throws -> TokenCorpus {
        let meter = ProgressMeter(on: console, label: "reading", unit: .bytes)
        defer { meter.finish() }
        let tokens = try TokenCorpus(
            corpus, endOfText: endOfText.map { Int32($0) }, progress: { meter.update(completed: Double($0)) },
            encode: { try tokenizer.encode($0) })
        meter.finish()
        for row in tokens.report.badRows { console.error("left out: \(row)") }
        console.note(
            "\(tokens.report.textCount) texts, \(tokens.report.byteCount) bytes, \(tokens.tokens.count) tokens")
        return tokens
    }

    // MARK: Answers

    /// Whether the data is rows with answers rather than texts.
    func hasAnswers() throws -> Bool {
        let field = language.field ?? "text"
        let isAnswers = try AnswerCorpus.describes(corpus.files, field: field)
        if let validationCorpus, try AnswerCorpus.describes(validationCorpus.files, field: field) != isAnswers {
            throw MixedData()
        }
        return isAnswers
    }

    /// The rows' tokens, with only the answers to be learnt.
    func answers(
        _ encoder: AnswerEncoder, batchSize: Int
    ) throws -> (training: AnswerBatches, validation: AnswerBatches?) {
        let sequences = try readAnswers(of: corpus, encoder)
        func batches(_ sequences: [AnswerSequence], seed: UInt64?) -> AnswerBatches {
            AnswerBatches(sequences, batchSize: batchSize, seed: seed)
        }
        if let validationCorpus {
            let kept = try readAnswers(of: validationCorpus, encoder)
            return (batches(sequences, seed: seed), batches(kept, seed: nil))
        }
        let share = language.validationShare ?? Self.validationShare
        guard share > 0 else { return (batches(sequences, seed: seed), nil) }
        guard sequences.count >= 2 else { throw TooFewRows() }
        let count = min(max(1, Int((share * Double(sequences.count)).rounded())), sequences.count - 1)
        let order = SeededPermutation(count: sequences.count, seed: seed, stream: .max)
        let kept = Set((0..<count).map { order[$0] })
        let split = sequences.indices.reduce(into: (training: [AnswerSequence](), validation: [AnswerSequence]())) {
            if kept.contains($1) { $0.validation.append(sequences[$1]) } else { $0.training.append(sequences[$1]) }
        }
        return (batches(split.training, seed: seed), batches(split.validation, seed: nil))
    }

    private func readAnswers(of corpus: TextCorpus, _ encoder: AnswerEncoder) throws -> [AnswerSequence] {
        let meter = ProgressMeter(on: console, label: "reading", unit: .bytes)
        defer { meter.finish() }
        let rows = AnswerCorpus(files: corpus.files, skippingBadRows: corpus.badRowLimit)
        let (sequences, badRows) = try rows.sequences(
            progress: { meter.update(completed: Double($0)) }, encode: { try encoder.sequences(of: $0) })
        meter.finish()
        for row in badRows { console.error("left out: \(row)") }
        let (tokens, answers) = sequences.reduce(into: (0, 0)) { sums, sequence in
            sums.0 += sequence.tokens.count
            sums.1 += sequence.answers.reduce(0) { $0 + $1.count }
        }
        console.note("\(sequences.count) rows, \(tokens) tokens, \(answers) of them in answers")
        return sequences
    }
}

/// Training and validation data of different kinds.
struct MixedData: Error, Equatable, CustomStringConvertible {
    let description =
        "--data and --validation are of different kinds; give rows with answers for both, or texts for both"
}

/// One row cannot be both trained on and kept for validation.
struct TooFewRows: Error, Equatable, CustomStringConvertible {
    let description =
        "there is only one row, and none is left for validation; give more rows, --validation, or --validation-share 0"
}
