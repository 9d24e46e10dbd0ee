import CommandLineKit
import Foundation
import TestKit
import Testing

@Suite struct OutputPlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func list(_ names: [String], isSingle: Bool = false) -> InputList {
        InputList(
            items: names.map { .success(Input(.file(path: "\(folder.path)/in/\($0)"), relativePath: $0)) },
            isSingle: isSingle)
    }

    private func destinations(
        _ list: InputList, _ output: String?, _ fileExtensions: [String] = ["txt"]
    ) throws -> [String] {
        let plan = try OutputPlan(for: list, output: output, fileExtensions: fileExtensions)
        return try list.inputs.map { input in
            switch try plan.prepare(for: input) {
            case .standardOutput: "-"
            case .files(let paths):
                paths.map { $0.replacingOccurrences(of: folder.path, with: "") }.joined(separator: " ")
            }
        }
    }

    @Test func withoutOutputResultsGoToStandardOutput() throws {
        #expect(try destinations(list(["a.wav", "b.wav"]), nil) == ["-", "-"])
        #expect(try destinations(list(["a.wav"], isSingle: true), "-") == ["-"])
    }

    @Test func oneInputNamesItsFile() throws {
        #expect(try destinations(list(["a.wav"], isSingle: true), "\(folder.path)/x.srt") == ["/x.srt"])
        #expect(try destinations(list(["a.wav"], isSingle: true), "\(folder.path)/new/") == ["/new/a.txt"])
        #expect(try destinations(list(["a.wav"], isSingle: true), folder.path) == ["/a.txt"])
    }

    @Test func severalInputsAreMirrored() throws {
        let names = ["a.wav", "sub/b.c.flac", "noending", ".profile"]
        #expect(
            try destinations(list(names), "\(folder.path)/out")
                == ["/out/a.txt", "/out/sub/b.c.txt", "/out/noending.txt", "/out/.profile.txt"])
    }

    @Test func inputsNeverShareAnOutput() throws {
        #expect(
            try destinations(list(["talk.wav", "talk.mp3", "x.wav"]), "\(folder.path)/out")
                == ["/out/talk.wav.txt", "/out/talk.mp3.txt", "/out/x.txt"])
        let first = Input(.file(path: "/one/talk.wav"), relativePath: "talk.wav")
        let second = Input(.file(path: "/two/talk.wav"), relativePath: "talk.wav")
        let list = InputList(items: [.success(first), .success(second)], isSingle: false)
        let plan = try OutputPlan(for: list, output: "\(folder.path)/out", fileExtensions: ["txt"])
        #expect(throws: Never.self) { try plan.prepare(for: first) }
        #expect(throws: OutputError.sameOutput(path: "\(folder.path)/out/talk.txt", as: "/one/talk.wav")) {
            try plan.prepare(for: second)
        }
    }

    @Test func everyFormHasItsFile() throws {
        let single = list(["a.wav"], isSingle: true)
        for output in ["x", "x.srt", "x.VTT"] {
            #expect(try destinations(single, "\(folder.path)/\(output)", ["srt", "vtt"]) == ["/x.srt /x.vtt"])
        }
        #expect(try destinations(single, "\(folder.path)/x.y", ["srt", "vtt"]) == ["/x.y.srt /x.y.vtt"])
        #expect(try destinations(single, folder.path, ["srt", "vtt"]) == ["/a.srt /a.vtt"])
        #expect(
            try destinations(list(["a.wav", "b/c.wav"]), "\(folder.path)/out", ["srt", "json"])
                == ["/out/a.srt /out/a.json", "/out/b/c.srt /out/b/c.json"])
    }

    @Test func whatIsThereIsDone() throws {
        let list = list(["a.wav", "b.wav"])
        let plan = try OutputPlan(for: list, output: folder.path("out"), fileExtensions: ["srt", "json"])
        #expect(list.inputs.map(plan.isDone) == [false, false])
        try folder.write("", to: "out/a.srt")
        #expect(list.inputs.map(plan.isDone) == [false, false])
        try folder.write("{}", to: "out/a.json")
        #expect(list.inputs.map(plan.isDone) == [true, false])
        #expect(!(try OutputPlan(for: list, output: nil, fileExtensions: ["srt"]).isDone(list.inputs[0])))
    }

    @Test func inputIsNeverReplaced() throws {
        let path = try folder.write("x", to: "notes.txt")
        let input = Input(.file(path: path), relativePath: "notes.txt")
        let list = InputList(items: [.success(input)], isSingle: true)
        for output in [path, folder.path] {
            let plan = try OutputPlan(for: list, output: output, fileExtensions: ["txt"])
            #expect(throws: OutputError.wouldReplaceInput(path: path)) { try plan.prepare(for: input) }
        }
    }

    @Test func fileForSeveralInputsIsRefused() throws {
        let path = try folder.write("x", to: "all.txt")
        #expect(throws: OutputError.fileForSeveralInputs(path: path)) { try destinations(list(["a", "b"]), path) }
    }

    @Test func unwritablePlacesAreFoundBeforeTheWork() throws {
        let file = try folder.write("x", to: "file")
        #expect(throws: OutputError.cannotCreateFolder(path: "\(file)/out", SystemError(code: ENOTDIR))) {
            try destinations(list(["a", "b"]), "\(file)/out")
        }
        // Nobody, the superuser included, can make files there; the code of the error differs.
        let error = #expect(throws: OutputError.self) { try destinations(list(["a", "b"]), "/proc") }
        guard case .cannotWrite("/proc/a.txt", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

@Suite struct ResultFileTests {
    @Test func replacesWholeFilesAndLeavesNothingElse() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "result.txt")
        try ResultFile.checkWritable(path)
        #expect(try folder.contents(of: "result.txt") == "old")
        try ResultFile.write("new äöü", to: path)
        #expect(try folder.contents(of: "result.txt") == "new äöü")
        #expect(try folder.names == ["result.txt"])
    }

    @Test func writesThroughLinks() throws {
        let folder = try TemporaryFolder()
        try folder.write("old", to: "real.txt")
        try folder.addLink("link.txt", to: "real.txt")
        try ResultFile.write("new", to: "\(folder.path)/link.txt")
        #expect(try folder.contents(of: "real.txt") == "new")
    }

    @Test func failureKeepsWhatStoodThere() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "taken/inside")
        #expect(throws: OutputError.cannotWrite(path: "\(folder.path)/taken", SystemError(code: EISDIR))) {
            try ResultFile.write("x", to: "\(folder.path)/taken")
        }
        #expect(try folder.names == ["taken"])
        #expect(throws: OutputError.self) { try ResultFile.checkWritable("\(folder.path)/taken") }
    }

    @Test func devicesAreWrittenDirectly() throws {
        try ResultFile.checkWritable("/dev/null")
        try ResultFile.write("x", to: "/dev/null")
        #expect(throws: OutputError.cannotWrite(path: "/dev/full", SystemError(code: ENOSPC))) {
            try ResultFile.write("x", to: "/dev/full")
        }
    }
}
