import Foundation
import Geometry
import Testing

@testable import Evaluation

@Suite struct DetectionMeasureTests {
    private struct JudgedSet: Decodable {
        let classes: Int
        /// By picture, true boxes and found ones.
        let pictures: [[[[Double]]]]
        let coco: [Double]
        let cocoByClass: [Double]
        /// By class, at eleven places and at all.
        let voc: [[Double]]

        func boxes(_ picture: Int) -> (truth: [TrueBox], found: [FoundBox]) {
            let truth = pictures[picture][0].map {
                TrueBox(
                    Rectangle(x: $0[1], y: $0[2], width: $0[3], height: $0[4]), label: Int($0[0]), isCrowd: $0[5] == 1,
                    isDifficult: $0[6] == 1, area: $0[7])
            }
            let found = pictures[picture][1].map {
                FoundBox(
                    Rectangle(x: $0[1], y: $0[2], width: $0[3], height: $0[4]), label: Int($0[0]), score: $0[5])
            }
            return (truth, found)
        }
    }

    private func compare(_ set: JudgedSet, number: Int) {
        var (coco, voc) = (COCOMeasure(classCount: set.classes), VOCMeasure(classCount: set.classes))
        for picture in set.pictures.indices {
            let (truth, found) = set.boxes(picture)
            coco.add(truth: truth, found: found)
            voc.add(truth: truth, found: found)
        }
        func expect(_ value: Double?, _ reference: Double, _ what: String) {
            #expect(abs((value ?? -1) - reference) < 1e-6, "\(what) of set \(number)")
        }
        for (name, reference) in zip(COCOMeasure.Number.allCases, set.coco) {
            expect(coco[name], reference, name.rawValue)
        }
        for label in 0..<set.classes {
            expect(coco.value(.averagePrecision, ofClass: label), set.cocoByClass[label], "class \(label)")
            expect(voc.averagePrecision(ofClass: label, places: .eleven), set.voc[label][0], "VOC 2007, class \(label)")
            expect(voc.averagePrecision(ofClass: label), set.voc[label][1], "VOC 2012, class \(label)")
        }
    }

    /// 200 random sets against pycocotools and a plain reading of Pascal VOC's rules.
    @Test func randomSetsAreJudgedAsByTheReference() throws {
        let sets = try fixture("detections.json", as: [JudgedSet].self)
        #expect(sets.count == 200)
        for (number, set) in sets.enumerated() { compare(set, number: number) }
    }

    /// A larger set, made by the same script from real annotations, where the environment names its file.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TRIPTYCH_DETECTIONS"] != nil))
    func realSetIsJudgedAsByTheReference() throws {
        let path = try #require(ProcessInfo.processInfo.environment["TRIPTYCH_DETECTIONS"])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        for (number, set) in try decoder.decode([JudgedSet].self, from: data).enumerated() {
            compare(set, number: number)
        }
    }

    private func box(_ x: Double, _ y: Double, _ side: Double) -> Rectangle {
        Rectangle(x: x, y: y, width: side, height: side)
    }

    @Test func nothingToFindAndNothingFound() {
        var measure = COCOMeasure(classCount: 2)
        #expect(
            COCOMeasure.Number.allCases.allSatisfy { measure[$0] == nil } && measure.bestPoint(classCount: 2) == nil)
        measure.add(truth: [TrueBox(box(0, 0, 50), label: 0)], found: [])
        measure.add(truth: [], found: [FoundBox(box(0, 0, 50), label: 7, score: 1)])
        #expect(measure[.averagePrecision] == 0 && measure[.averageRecall100] == 0)
        #expect(measure[.averagePrecisionSmall] == nil && measure[.averagePrecisionMedium] == 0)
        #expect(measure.value(.averagePrecision, ofClass: 1) == nil && measure.curve(ofClass: 1) == nil)
        #expect(measure.bestPoint(classCount: 2) == nil && measure.count(ofClass: 0) == 1)
        let voc = VOCMeasure(classCount: 1)
        #expect(voc.meanAveragePrecision() == nil)
    }

    @Test func curveAndBestPoint() throws {
        var measure = COCOMeasure(classCount: 1)
        measure.add(
            truth: [TrueBox(box(0, 0, 50), label: 0), TrueBox(box(100, 0, 50), label: 0)],
            found: [
                FoundBox(box(0, 0, 50), label: 0, score: 0.9), FoundBox(box(200, 0, 50), label: 0, score: 0.8),
                FoundBox(box(100, 0, 50), label: 0, score: 0.7), FoundBox(box(300, 0, 50), label: 0, score: 0.1),
            ])
        let curve = try #require(measure.curve(ofClass: 0))
        #expect(curve.recalls.count == 101 && curve.recalls[50] == 0.5)
        #expect(curve.precisions[0...50].allSatisfy { abs($0 - 1) < 1e-12 })
        #expect(curve.precisions[51...].allSatisfy { abs($0 - 2.0 / 3) < 1e-12 })
        let best = try #require(measure.bestPoint(classCount: 1))
        #expect(best == OperatingPoint(confidence: 0.7, precision: 2.0 / 3, recall: 1, f1: 0.8))
    }

    @Test func outcomeOfOnePicture() {
        let truth = [
            TrueBox(box(0, 0, 50), label: 0), TrueBox(box(100, 0, 50), label: 0), TrueBox(box(200, 0, 50), label: 1),
            TrueBox(box(300, 0, 90), label: 0, isCrowd: true),
        ]
        let found = [
            FoundBox(box(5, 0, 50), label: 0, score: 0.6), FoundBox(box(0, 0, 50), label: 0, score: 0.9),
            FoundBox(box(200, 0, 50), label: 0, score: 0.8), FoundBox(box(100, 0, 50), label: 0, score: 0.2),
            FoundBox(box(310, 0, 30), label: 0, score: 0.7), FoundBox(box(350, 0, 30), label: 0, score: 0.7),
        ]
        let outcome = PictureOutcome(truth: truth, found: found, confidence: 0.5)
        #expect(outcome.hits == [0] && outcome.misses == [1, 2] && outcome.falseAlarms == [0, 2])
        #expect(outcome.others == [1, 4, 5] && outcome.errorCount == 4)
    }
}
