import Foundation
import TestKit
import Testing

/// `speech data check`, run as a program.
@Suite struct DataCheckTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("speech", ["data", "check"] + arguments, in: folder.url)
    }

    private func append(_ line: String, to name: String) throws {
        try folder.write((folder.exists(name) ? folder.contents(of: name) : "") + line, to: name)
    }

    private struct Report: Decodable {
        struct Finding: Decodable {
            let kind: String
            let name: String
            let place: String?
            let other: String?
            let reason: String
            let problem: Bool
        }
        struct Part: Decodable {
            let name: String
            let recordings: Int
            let good: Int
            let seconds: Double
            let speakers: Int
            let words: Int
            let vocabulary: Int
        }
        struct Length: Decodable {
            let from: Double
            let to: Double?
            let recordings: Int
        }
        let data: String
        let recordings: Int
        let good: Int
        let parts: [Part]
        let lengths: [Length]
        let characters: [String]
        let findings: [Finding]
    }

    private func report(_ arguments: String...) throws -> Report {
        let run = try ProgramRun("speech", ["data", "check"] + arguments + ["--format", "json"], in: folder.url)
        let reports = try JSONDecoder().decode([Report].self, from: Data(run.output.utf8))
        let report = try #require(reports.first)
        #expect(run.status == (report.findings.contains { $0.problem } ? 1 : 0), "\(run.errors)")
        return report
    }

    /// A tone of its own for every number.
    private func tone(
        _ name: String, _ number: Int, seconds: Double = 1, amplitude: Double = 8_000, rate: Int = 16_000,
        channels: Int = 1
    ) throws {
        let samples = (0..<Int(seconds * Double(rate))).flatMap { index -> [Int16] in
            let value = amplitude * sin(Double(index) * (0.05 + 0.003 * Double(number)))
            return [Int16](repeating: Int16(max(-32_768, min(32_767, value))), count: channels)
        }
        try folder.write(SoundFile.wave(samples, sampleRate: UInt32(rate), channelCount: UInt16(channels)), to: name)
    }

    @Test func nothingIsWrongWithGoodData() throws {
        for (number, word) in ["one", "two", "three"].enumerated() {
            try tone("\(number).wav", number, seconds: 0.6 + 0.5 * Double(number))
            try append("\(number).wav\t\(word), \(word)!\n", to: "list.tsv")
        }
        let run = try check("list.tsv")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(
            run.output == """
                part  recordings  good  hours  speakers  words  vocabulary
                all            3     3   0.00         -      6           3

                  seconds  recordings
                0.6 - 0.8           1  ########################################
                  0.8 - 1           0
                  1 - 1.2           1  ########################################
                1.2 - 1.4           0
                1.4 - 1.6           0
                1.6 - 1.8           1  ########################################

                list.tsv: 3 recordings, 3 of them good; no problem

                """, "\(run.output)")
        let report = try report("list.tsv")
        #expect(report.parts.first?.name == "train" && abs((report.parts.first?.seconds ?? 0) - 3.3) < 1e-3)
        #expect(report.characters == [" ", "e", "h", "n", "o", "r", "t", "w"])
        #expect(report.lengths.reduce(0) { $0 + $1.recordings } == 3)
    }

    @Test func everyFaultIsFoundWithItsPlaceAndReason() throws {
        try tone("good.wav", 1)
        try tone("loud.wav", 2, amplitude: 60_000)
        try tone("soft.wav", 3, amplitude: 100)
        try tone("silent.wav", 4, amplitude: 5)
        try tone("long.wav", 5, seconds: 41, rate: 8_000)
        try tone("short.wav", 6, seconds: 0.2)
        try tone("wordless.wav", 7)
        try tone("twice.wav", 8)
        try tone("again.wav", 8)
        try tone("both.wav", 9)
        try tone("other.wav", 9)
        try tone("stereo.wav", 10, channels: 2)
        try tone("whole.wav", 11)
        try folder.write(folder.bytes("whole.wav").dropLast(9_000), to: "cut.wav")
        try folder.write("RIFF but no sound", to: "bad.wav")
        let rows = [
            "good.wav\tone", "missing.wav\tone", "bad.wav\tone", "no tab", "loud.wav\tone", "soft.wav\tone",
            "silent.wav\tone", "long.wav\tone", "short.wav\tseventy seven", "wordless.wav\t?!", "twice.wav\ttwo",
            "again.wav\ttwo", "both.wav\tthree", "other.wav\tfour", "stereo.wav\tone", "cut.wav\tone",
            "good.wav\tone",
        ]
        try folder.write(rows.joined(separator: "\n"), to: "list.tsv")
        let report = try report("list.tsv")
        let found = report.findings.map { "\($0.place ?? "-") \($0.kind)" }
        #expect(
            found == [
                "list.tsv:4 faulty-line", "list.tsv:17 faulty-line", "list.tsv:2 unreadable", "list.tsv:3 unreadable",
                "list.tsv:5 clipped", "list.tsv:6 quiet", "list.tsv:7 silent", "list.tsv:8 too-long",
                "list.tsv:9 too-short", "list.tsv:10 no-text", "list.tsv:12 duplicate", "list.tsv:13 contradiction",
                "list.tsv:14 contradiction", "list.tsv:16 damaged", "- mixed-rates", "- mixed-channels",
            ])
        #expect(report.recordings == 15 && report.good == 4)
        let run = try check("list.tsv")
        #expect(run.status == 1)
        for line in [
            "list.tsv:2: missing.wav: no such file", "list.tsv:4: 1 columns between tabs",
            "list.tsv:8: long.wav: lasts 41.0 s; expected at most 40.0 s",
            "list.tsv:9: short.wav: lasts 0.2 s, which are 5 frames of the model's; its text needs 13",
            "list.tsv:12: again.wav: the same sound as twice.wav",
            "list.tsv:13: both.wav: the same sound as other.wav, whose text is 'four'",
            "list.tsv: 1 recording has 8000 Hz, most 16000 Hz, such as long.wav",
            "list.tsv: 1 recording has 2 channels, most 1 channel, such as stereo.wav",
            "list.tsv: 15 recordings, 4 of them good; 13 problems, 3 remarks",
        ] {
            #expect(run.output.contains(line), "\(line) is not in \(run.output)")
        }
    }

    @Test func partsAreCompared() throws {
        for number in 0..<4 { try tone("\(number).wav", number) }
        try tone("copy.wav", 0)
        try folder.write(
            "path,text,speaker\n0.wav,one,ann\n1.wav,two,bob\n2.wav,two,bob\n", to: "train.csv")
        try folder.write(
            """
            {"audio": "copy.wav", "text": "one", "speaker": "ann"}
            {"audio": "3.wav", "text": "two", "speaker": "ann"}

            """, to: "dev.jsonl")
        let report = try report("train.csv", "--validation", "dev.jsonl")
        #expect(report.findings.map(\.kind) == ["leak"])
        #expect(report.findings.first?.place == "train.csv:2" && report.findings.first?.other == "copy.wav")
        #expect(report.parts.map(\.name) == ["train", "validation"] && report.parts.map(\.good) == [2, 2])
        // The recording of ann's that is good is not in both parts, but this one is.
        try tone("4.wav", 4)
        try append("4.wav,two,ann\n", to: "train.csv")
        let run = try check("train.csv", "--validation", "dev.jsonl")
        #expect(run.output.contains("train.csv: 1 speaker is in train and in validation, such as 'ann'"))
        #expect(run.output.contains("train.csv:2: 0.wav: the same sound as copy.wav, which is kept for validation"))
    }

    @Test func whatStandsOutIsTold() throws {
        let words = ["north", "south", "east", "west", "up", "down", "left", "right"]
        for number in 0..<40 {
            try tone("\(number).wav", number, seconds: 1 + 0.01 * Double(number))
            let text = (0..<3).map { words[(number * (2 * $0 + 1) + $0 + number / 8) % 8] }.joined(separator: " ")
            try append("\(number).wav\t\(number == 7 ? "naïve \(text)" : text)\n", to: "list.tsv")
        }
        try tone("wrong.wav", 50, seconds: 8)
        try append("wrong.wav\tup\n", to: "list.tsv")
        for number in 60..<75 {
            try tone("\(number).wav", number)
            try append("\(number).wav\tleft right left\n", to: "list.tsv")
        }
        let report = try report("list.tsv")
        #expect(
            report.findings.map { "\($0.place ?? "-") \($0.kind)" } == [
                "list.tsv:8 rare-characters", "list.tsv:41 speaking-rate", "- frequent-text",
            ], "\(report.findings)")
        #expect(report.findings.allSatisfy { !$0.problem } && report.good == 56)
        #expect(report.findings.first?.reason == "hardly any other text has 'v' 'ï'")
    }

    @Test func aModelsAlphabetHolds() throws {
        try TrainTests.writeRecordings(to: folder, "tones")
        let trained = try ProgramRun(
            "speech", ["train"] + TrainTests.small + ["--max-steps", "1", "--output", "run"], in: folder.url,
            timeLimit: 400)
        #expect(trained.status == 0, "\(trained.errors)")
        try folder.write("tones/hi_ann_1.wav\tHi!\ntones/lo_ann_1.wav\tlow", to: "list.tsv")
        #expect(try report("list.tsv").findings.isEmpty)
        let report = try report("list.tsv", "--model", "run")
        #expect(report.findings.map(\.kind) == ["outside-alphabet"])
        #expect(report.findings.first?.place == "list.tsv:2" && report.findings.first?.reason.contains("'w'") == true)
    }

    @Test func whatCannotBeReadIsToldAndTheRestChecked() throws {
        try tone("a.wav", 1)
        try folder.write("a.wav\tone", to: "list.tsv")
        let run = try check("nowhere", "list.tsv")
        #expect(run.status == 1 && run.errors.contains("nowhere") && run.output.contains("list.tsv: 1 recordings"))
        let many = try check("list.tsv", "list.tsv", "--validation", "list.tsv")
        #expect(many.status == 64 && many.errors.contains("--validation is for one data set"))
    }
}
