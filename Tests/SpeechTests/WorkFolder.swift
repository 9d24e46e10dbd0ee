import Foundation
import TestKit

/// A folder that goes with the test, where programs are run.
final class WorkFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("triptych-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func add(_ name: String, _ contents: Data) throws { try contents.write(to: url.appendingPathComponent(name)) }

    func add(_ name: String, _ contents: String) throws { try add(name, Data(contents.utf8)) }

    func contents(of name: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
    }

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
