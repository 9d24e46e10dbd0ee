import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@Suite struct SafetensorsRowWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [0, 1, 7, 12])
    func rowsAreAMatrix(count: Int) throws {
        let path = folder.path("rows.safetensors")
        let writer = try SafetensorsRowWriter(
            "rows", width: 3, largestRowCount: 12, largestMetadata: ["names": String(repeating: "n\"", count: 40)],
            to: path)
        let rows = (0..<count).map { row in (0..<3).map { Float(row) + 0.25 * Float($0) } }
        for row in rows { try writer.append(row) }
        #expect(!folder.exists("rows.safetensors"))
        try writer.finish(metadata: ["names": String(repeating: "n\"", count: count)])
        let file = try SafetensorsFile(path: path)
        let matrix = try #require(try file.tensor(named: "rows"))
        #expect(matrix.shape == [count, 3] && matrix.floats() == rows.flatMap { $0 })
        #expect(file.metadata == ["names": String(repeating: "n\"", count: count)])
        #expect(try folder.names == ["rows.safetensors"])
    }

    @Test func nothingRemainsOfWhatIsGivenUp() throws {
        do {
            let writer = try SafetensorsRowWriter(
                "rows", width: 2, largestRowCount: 2, largestMetadata: [:], to: folder.path("rows.safetensors"))
            try writer.append([1, 2])
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func headersThatNobodyReadsAreRefused() throws {
        let path = folder.path("rows.safetensors")
        #expect(throws: SafetensorsError.self) {
            try SafetensorsRowWriter("", width: 2, largestRowCount: 2, largestMetadata: [:], to: path)
        }
        let text = String(repeating: "n", count: 100_000_001)
        #expect(throws: SafetensorsError.self) {
            try SafetensorsRowWriter("rows", width: 2, largestRowCount: 2, largestMetadata: ["n": text], to: path)
        }
        #expect(try folder.names.isEmpty)
    }
}
