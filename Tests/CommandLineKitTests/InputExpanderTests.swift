import CommandLineKit
import TestKit
import Testing

@Suite struct InputExpanderTests {
    let folder: TemporaryFolder
    let expander = InputExpander(extensions: ["wav", "flac"])

    init() throws {
        folder = try TemporaryFolder()
        for name in ["b.wav", "a.WAV", "notes.txt", ".hidden.wav", "sub/c.flac", ".git/d.wav", "wav"] {
            try folder.write("x", to: name)
        }
    }

    private func relativePaths(_ arguments: [String]) -> [String] {
        expander.expand(arguments).inputs.map(\.relativePath)
    }

    @Test func folderIsSearchedInOrderWithoutHiddenFiles() {
        let list = expander.expand([folder.path])
        #expect(list.inputs.map(\.relativePath) == ["a.WAV", "b.wav", "sub/c.flac"])
        #expect(list.inputs.map(\.displayName).last == "\(folder.path)/sub/c.flac")
        #expect(!list.isSingle)
        #expect(relativePaths([folder.path + "/"]) == ["a.WAV", "b.wav", "sub/c.flac"])
    }

    @Test func namedFileIsTakenWhateverItIsCalled() {
        let list = expander.expand(["\(folder.path)/notes.txt"])
        #expect(list.inputs == [Input(.file(path: "\(folder.path)/notes.txt"), relativePath: "notes.txt")])
        #expect(list.isSingle)
    }

    @Test func standardInputIsTakenOnce() {
        #expect(expander.expand(["-", "-"]).inputs == [.piped])
        #expect(expander.expand(["-"]).isSingle)
    }

    @Test func patternGivesPathsBelowItsFixedPart() {
        #expect(relativePaths(["\(folder.path)/*.wav"]) == ["b.wav"])
        #expect(relativePaths(["\(folder.path)/s*/?.flac"]) == ["sub/c.flac"])
        #expect(relativePaths(["\(folder.path)/[ab].*"]) == ["a.WAV", "b.wav"])
        #expect(!expander.expand(["\(folder.path)/b*.wav"]).isSingle)
    }

    @Test func nameWithPatternCharactersIsAFileFirst() throws {
        try folder.write("x", to: "take[1]*.wav")
        #expect(relativePaths(["\(folder.path)/take[1]*.wav"]) == ["take[1]*.wav"])
    }

    @Test func sameFileIsTakenOnce() throws {
        try folder.addLink("sub/link.wav", to: "../b.wav")
        #expect(
            relativePaths(["\(folder.path)/b.wav", "\(folder.path)/./b.wav", folder.path])
                == ["b.wav", "a.WAV", "sub/c.flac"])
        let again = expander.expand([folder.path, "\(folder.path)/sub"])
        #expect(again.items.count == 3, "a folder whose files were all named before is no error")
    }

    @Test func linkedFoldersAreFollowedWithoutCycles() throws {
        try folder.addLink("sub/loop", to: "..")
        try folder.write("x", to: "elsewhere/deep/e.wav")
        try folder.addLink("sub/other", to: "../elsewhere/deep")
        let paths = relativePaths(["\(folder.path)/sub"])
        #expect(Set(paths) == ["c.flac", "loop/a.WAV", "loop/b.wav", "loop/elsewhere/deep/e.wav"])
    }

    @Test func missingThingsAreErrorsOfTheirOwn() throws {
        try folder.write("x", to: "empty/readme.md")
        try folder.addLink("broken.wav", to: "nowhere")
        let missing = "\(folder.path)/missing.wav"
        let list = expander.expand([
            missing, "\(folder.path)/b.wav", "\(folder.path)/x*.wav", "\(folder.path)/empty", missing, "",
            "\(folder.path)/b.wav/inside.wav", "\(folder.path)/sub",
        ])
        #expect(list.inputs.map(\.relativePath) == ["b.wav", "c.flac"])
        let errors = list.items.compactMap { item -> InputError? in
            if case .failure(let error) = item { error } else { nil }
        }
        #expect(
            errors == [
                InputError(name: missing, reason: .notFound),
                InputError(name: "\(folder.path)/x*.wav", reason: .noMatch),
                InputError(name: "\(folder.path)/empty", reason: .nothingInFolder(extensions: ["wav", "flac"])),
                InputError(name: "", reason: .notFound),
                InputError(name: "\(folder.path)/b.wav/inside.wav", reason: .notFound),
            ])
        // A link to nothing inside a folder is told, not passed over.
        #expect(expander.expand([folder.path]).items.count == 4)
    }
}
