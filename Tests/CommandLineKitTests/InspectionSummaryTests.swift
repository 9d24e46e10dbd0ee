import Checkpoints
import Foundation
import TestKit
import Testing

@testable import CommandLineKit

@Suite struct InspectionSummaryTests {
    @Test func factsThenTensors() throws {
        let folder = try TemporaryFolder()
        // One tensor of 2 x 600 half-precision numbers, the second of them infinite.
        let header = #"{"w":{"dtype":"F16","shape":[2,600],"data_offsets":[0,2400]}}"#
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
        bytes += [0, 0, 0, 0x7C] + [UInt8](repeating: 0, count: 2396)
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/w.safetensors"))
        let inspection = try ModelInspection(of: URL(fileURLWithPath: folder.path + "/w.safetensors"), scans: true)
        #expect(
            inspection.summary(listsTensors: true) == """
                layout           safetensors
                parameters       1,200 in 1 tensors
                stored as F16    1,200
                size             0.0 MB (w.safetensors)
                SHA-256          \(inspection.weightsSHA256)
                NaN or infinite  in 1 tensors

                tensor  NaN or infinite  first at
                w                     1         1

                tensor  type     shape  parameters
                w       F16   [2, 600]       1,200

                """)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (37_760_640, "37,760,640"), (-1234, "-1,234")])
    func thousands(number: Int, text: String) { #expect(grouped(number) == text) }
}
