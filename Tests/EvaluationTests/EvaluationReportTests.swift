import Evaluation
import Foundation
import Testing

@Suite struct EvaluationReportTests {
    private let report: EvaluationReport = {
        let counts = [
            ErrorCounts(hits: 3, substitutions: 1, insertions: 0, deletions: 0),
            ErrorCounts(hits: 4, substitutions: 0, insertions: 0, deletions: 0),
            ErrorCounts(hits: 0, substitutions: 0, insertions: 2, deletions: 0),
            ErrorCounts(hits: 1, substitutions: 0, insertions: 1, deletions: 1),
        ]
        var items = counts.enumerated().map { index, counts in
            EvaluationReport.Item(
                name: "\(index).wav", reference: "r/\(index)", output: "é\"\n", figures: ["wer": Ratio(counts)],
                parts: ["wer": counts.parts])
        }
        items.append(EvaluationReport.Item(name: "bad.wav", reference: "x", error: "holds no sound"))
        return EvaluationReport(
            task: "speech transcription",
            model: .init(name: "tiny", architecture: "whisper", weightsSHA256: "ab", parameterCount: 37_184_640),
            data: .init(name: "data", sha256: "cd", itemCount: 5),
            settings: ["normalizer": "basic", "beam": 1, "temperature": 0.5, "timestamps": true],
            figures: [Figure(name: "wer", counts: counts, bootstrap: Bootstrap(seed: 9))], items: items,
            environment: .init(version: "0.1.0", kernelLevel: "avx2", threads: 2),
            timing: .init(amount: 20, unit: "seconds of audio", wallSeconds: 5))
    }()

    @Test func figureSumsAndNamesItsParts() {
        let figure = report.figures[0]
        #expect(figure.value == 0.5)
        #expect(figure.itemCount == 4)
        #expect(
            figure.parts == ["hits": 8, "substitutions": 1, "insertions": 3, "deletions": 1, "reference_count": 10])
        #expect(figure.interval?.level == 0.95)
        #expect(figure.interval?.resamples == 1000)
        #expect(figure.interval?.seed == 9)
        #expect(report.timing.wallSecondsPerUnit == 0.25)
        #expect(report.failedItemCount == 1)
    }

    @Test func readsBackWhatItWrote() throws {
        let json = try report.json()
        #expect(try EvaluationReport(json: Data(json.utf8)) == report)
        #expect(try report.json() == json)
        #expect(json.hasSuffix("}\n"))
        #expect(json.contains("\"format\" : \"triptych-evaluation/1\""))
        #expect(json.contains("r/0"))
    }

    @Test func tableHasARowForEachItem() {
        let rows = report.itemTable().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            rows.first
                == "name,wer,wer.errors,wer.deletions,wer.hits,wer.insertions,wer.reference_count,wer.substitutions,reference,output,error"
        )
        #expect(rows[1] == "0.wav,0.25,1,0,3,0,4,1,r/0,\"é\"\"")
        #expect(rows[2] == "\",")
        #expect(rows[5] == "2.wav,,2,0,0,2,0,0,r/2,\"é\"\"")
        #expect(rows[9] == "bad.wav,,,,,,,,x,,holds no sound")
        #expect(rows.count == 11 && rows[10].isEmpty)
    }

    @Test func worstItemsFirst() {
        #expect(report.worstItems(by: "wer", count: 5).map(\.name) == ["2.wav", "3.wav", "0.wav"])
        #expect(report.worstItems(by: "wer", count: 1).map(\.name) == ["2.wav"])
        #expect(report.worstItems(by: "none", count: 5).isEmpty)
    }

    @Test func refusesWhatIsNoReport() throws {
        let json = try report.json()
        let later = json.replacingOccurrences(of: "evaluation/1", with: "evaluation/2")
        #expect(throws: EvaluationReportError.unknownFormat("triptych-evaluation/2")) {
            try EvaluationReport(json: Data(later.utf8))
        }
        for text in ["", "[]", "{\"format\": 3}", String(json.dropLast(20)), "{\"format\":\"triptych-evaluation/1\"}"] {
            let error = #expect(throws: EvaluationReportError.self) { try EvaluationReport(json: Data(text.utf8)) }
            guard case .notAReport = error else {
                Issue.record("\(text): \(String(describing: error))")
                continue
            }
        }
        let spoilt = json.replacingOccurrences(of: "\"threads\" : 2", with: "\"threads\" : \"two\"")
        #expect(throws: EvaluationReportError.notAReport(reason: "environment.threads should be of type Int")) {
            try EvaluationReport(json: Data(spoilt.utf8))
        }
    }

    @Test func refusesNumbersThatJSONCannotHold() {
        var spoilt = report
        spoilt.figures[0].value = .nan
        #expect(throws: EvaluationReportError.notFinite(name: "figures[0].value")) { try spoilt.json() }
    }
}
