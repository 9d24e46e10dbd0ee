import Foundation
import TestKit

/// A temporary folder is where programs are run.
extension TemporaryFolder {
    /// Copies a model of random weights, without `absent`.
    func addModel(_ name: String, without absent: [String] = []) throws {
        let target = url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: Self.randomModel, to: target)
        for file in absent { try FileManager.default.removeItem(at: target.appendingPathComponent(file)) }
    }

    /// Everything that a Whisper model has, very small, with random weights: what it writes means nothing, but how
    /// the program behaves can be tried without a real one.
    static let randomModel = Repository.file("Tests/Fixtures/whisper/tiny-random-english")

    /// Runs `speech` here with a model of random weights.
    func speech(_ verb: String, _ arguments: String...) throws -> ProgramRun {
        try ProgramRun("speech", [verb, "--model", Self.randomModel.path] + arguments, in: url)
    }
}

extension ProgramRun {
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
