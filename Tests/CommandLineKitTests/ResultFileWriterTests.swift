import CommandLineKit
import Foundation
import TestKit
import Testing

@Suite struct ResultFileWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aFileHasItsNameOnlyWhenItIsWhole() throws {
        let path = try folder.write("old", to: "talk.srt")
        let writer = try ResultFileWriter(path)
        try writer.write("one ")
        try writer.write("two")
        #expect(try folder.contents(of: "talk.srt") == "old")
        try writer.finish()
        #expect(try folder.contents(of: "talk.srt") == "one two")
        #expect(try folder.names == ["talk.srt"])
    }

    @Test func anUnfinishedFileIsKeptBeside() throws {
        let path = try folder.write("old", to: "talk.srt")
        for number in 1...3 {
            let writer = try ResultFileWriter(path)
            try writer.write("part \(number)")
            let name = number == 1 ? "talk.partial.srt" : "talk.partial-\(number).srt"
            #expect(writer.keepPartial() == folder.path(name))
            #expect(try folder.contents(of: name) == "part \(number)")
        }
        #expect(try folder.contents(of: "talk.srt") == "old")
        #expect(try folder.names.count == 4)
        for (name, partial) in [("plain", "plain.partial"), (".hidden", ".hidden.partial"), ("a.b.c", "a.b.partial.c")]
        {
            let writer = try ResultFileWriter(folder.path(name))
            try writer.write("x")
            #expect(writer.keepPartial() == folder.path(partial))
        }
    }

    @Test func nothingIsLeftOfWhatIsDiscardedOrEmpty() throws {
        let discarded = try ResultFileWriter(folder.path("a"))
        try discarded.write("x")
        discarded.discard()
        #expect(discarded.keepPartial() == nil)
        #expect(try ResultFileWriter(folder.path("b")).keepPartial() == nil)
        do {
            let forgotten = try ResultFileWriter(folder.path("c"))
            try forgotten.write("x")
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func twoWritersOfOneNameDoNotMeet() throws {
        let path = folder.path("talk.txt")
        let (first, second) = (try ResultFileWriter(path), try ResultFileWriter(path))
        try first.write("first")
        try second.write("second")
        try second.finish()
        #expect(try folder.contents(of: "talk.txt") == "second")
        try first.finish()
        #expect(try folder.contents(of: "talk.txt") == "first")
        #expect(try folder.names == ["talk.txt"])
    }

    @Test func whatCannotBeFinishedCanBeKept() throws {
        let path = folder.path("talk.txt")
        let writer = try ResultFileWriter(path)
        try writer.write("x")
        try folder.write("in the way", to: "talk.txt/inside")
        #expect(throws: OutputError.cannotWrite(path: path, SystemError(code: EISDIR))) { try writer.finish() }
        #expect(writer.keepPartial() == folder.path("talk.partial.txt"))
        #expect(try folder.contents(of: "talk.partial.txt") == "x")
    }

    @Test func devicesHaveNothingToKeep() throws {
        let writer = try ResultFileWriter("/dev/full")
        #expect(throws: OutputError.cannotWrite(path: "/dev/full", SystemError(code: ENOSPC))) { try writer.write("x") }
        #expect(writer.keepPartial() == nil)
    }
}
