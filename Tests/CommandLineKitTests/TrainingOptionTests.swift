import ArgumentParser
import Foundation
import Optimizers
import TestKit
import Testing
import Training

@testable import CommandLineKit

@Suite struct TrainingOptionTests {
    private static func parse(_ arguments: String...) throws -> TrainingOptions {
        try TrainingOptions.parse(arguments)
    }

    @Test func whatIsNotGivenIsThePresets() throws {
        var preset = TrainingSettings()
        preset.maximumSteps = 70
        preset.accumulation = 4
        #expect(try Self.parse().settings(preset: preset) == preset)
        let settings = try Self.parse(
            "--epochs", "3", "--learning-rate", "0.5", "--clip", "0", "--weight-decay", "0", "--seed", "9"
        ).settings(preset: preset)
        #expect(settings.maximumSteps == nil && settings.epochs == 3 && settings.accumulation == 4)
        #expect(settings.schedule.peak == 0.5 && settings.gradientNormLimit == nil && settings.seed == 9)
        #expect(settings.optimizer == .adamW(AdamW.Settings(beta2: 0.95, weightDecay: 0)))
    }

    /// Options that a run keeps lead to its settings again, whatever the preset is by then.
    @Test(arguments: [
        ["--max-steps", "5", "--schedule", "linear", "--warm-up", "7", "--final-rate", "0.2", "--average", "0.99"],
        ["--max-time", "1h30m", "--schedule", "step", "--step-interval", "9", "--optimizer", "sgd", "--nesterov"],
        ["--epochs", "2", "--schedule", "plateau", "--plateau-patience", "4", "--step-factor", "0.3", "--clip", "0.3"],
        [
            "--max-steps", "9", "--max-time", "20s", "--schedule", "inverse-square-root", "--keep", "7", "--patience",
            "2",
        ],
        [
            "--max-steps", "9", "--schedule", "constant", "--evaluation-batches", "3", "--save-every", "2",
            "--overfit-batch",
        ],
    ])
    func keptOptionsMakeTheSameSettings(arguments: [String]) throws {
        let settings = try TrainingOptions.parse(arguments).settings(preset: TrainingSettings())
        let kept = ConfigurationArguments.arguments(settings.options(batchSize: 12), followedBy: [])
        let again = try TrainingOptions.parse(kept)
        var otherPreset = TrainingSettings()
        (otherPreset.maximumSteps, otherPreset.accumulation, otherPreset.evaluationInterval) = (3, 5, 77)
        #expect(again.settings(preset: otherPreset) == settings)
        #expect(again.batchSize == 12)
    }

    /// `1.0` is written as `1`, and is still the same option.
    @Test func optionsSurviveJSON() throws {
        var settings = TrainingSettings()
        settings.gradientNormLimit = 1
        settings.maximumSeconds = 20
        let options = settings.options(batchSize: 3)
        let read = try JSONDecoder().decode([String: OptionValue].self, from: JSONEncoder().encode(options))
        #expect(read == options)
        #expect(OptionValue.number(1) == .integer(1) && OptionValue.number(1.5) != .integer(1))
        #expect(OptionValue.text("1") != .integer(1) && OptionValue.flag(true) != .integer(1))
    }

    @Test func theCommandLineWinsOverTheFile() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            #"{"batch-size": 8, "learning-rate": 1e-3, "overfit-batch": true, "data": ["a", "b"], "max-steps": 40}"#,
            to: "options.json")
        let arguments = try ConfigurationArguments.arguments(
            fromFile: file, followedBy: ["--batch-size=2", "--epochs", "3", "--data", "c"])
        #expect(
            arguments == [
                "--learning-rate=0.001", "--overfit-batch", "--batch-size=2", "--epochs", "3", "--data", "c",
            ])
    }

    private struct Command: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "train")
        @OptionGroup var training: TrainingOptions
    }

    @Test func faultsOfTheFileNameIt() throws {
        let folder = try TemporaryFolder()
        func error(_ text: String) throws -> ConfigurationFileError {
            let file = try folder.write(text, to: "options.json")
            let command = try Command.parse(["--config", file])
            return try #require(throws: ConfigurationFileError.self) {
                try ConfigurationArguments.completed(command, command.training, given: ["--config", file])
            }
        }
        #expect(try error(#"{"bach-size": 8}"#).reason.contains("--bach-size"))
        #expect(try error(#"{"batch-size": "many"}"#).reason.contains("batch-size"))
        #expect(try error("[1]").reason.hasPrefix("is not a JSON object of options"))
        #expect(try error(#"{"batch-size": {}}"#).path == folder.path("options.json"))
        let command = try Command.parse(["--resume", folder.path("none")])
        #expect(throws: TrainingError.notARun(path: folder.path("none"))) {
            try ConfigurationArguments.completed(command, command.training, given: [])
        }
        #expect(throws: (any Error).self) { try Command.parse(["--resume", "a", "--output", "b"]) }
        #expect(throws: (any Error).self) { try Command.parse(["--batch-size", "0"]) }
    }

    @Test(arguments: [("90s", 90), ("45m", 2700), ("1h30m", 5400), ("7", 7), ("0.5h", 1800), ("5400.0s", 5400)])
    func timeSpans(text: String, seconds: Double) {
        #expect(TimeSpan(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "0", "h", "5x", "1m2", "-3", "1.2.3s", "٣s"])
    func whatIsNoTimeSpan(text: String) {
        #expect(TimeSpan(argument: text) == nil)
    }
}
