import Foundation
import TestKit
import Testing

@testable import Training

@Suite struct EventFileTests {
    @Test func checksums() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        // RFC 3720, B.4
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    }

    @Test func recordsAreFramedAndGuarded() throws {
        let folder = try TemporaryFolder()
        let file = try EventFile(folder: folder.path, step: 7, now: { 1.5 })
        try file.add([("loss", 0.25), ("rate", 2)], step: 300)
        let bytes = try folder.bytes(try #require(folder.names.first))
        #expect(try folder.names == ["events.out.tfevents.1.triptych"])
        var events: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = Array(rest.prefix(8))
            let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
            let data = Array(rest.dropFirst(12).prefix(count))
            #expect(Self.number(rest.dropFirst(8)) == CRC32C.masked(length))
            #expect(Self.number(rest.dropFirst(12 + count)) == CRC32C.masked(data))
            events.append(data)
            rest = rest.dropFirst(16 + count)
        }
        let time: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
        #expect(events.count == 3)
        #expect(events[0] == time + [0x1A, 13] + Array("brain.Event:2".utf8))
        // A session that starts at step 8.
        #expect(events[1] == time + [0x10, 8, 0x3A, 2, 0x08, 1])
        let loss: [UInt8] = [0x0A, 11, 0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0x80, 0x3E]
        let rate: [UInt8] = [0x0A, 11, 0x0A, 4] + Array("rate".utf8) + [0x15, 0, 0, 0, 0x40]
        #expect(events[2] == time + [0x10, 0xAC, 0x02, 0x2A, 26] + loss + rate)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
