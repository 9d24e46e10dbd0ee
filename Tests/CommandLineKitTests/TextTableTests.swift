import Testing

@testable import CommandLineKit

@Suite struct TextTableTests {
    @Test func numbersStandToTheRightAndWideCharactersCountTwice() {
        var table = TextTable([.init("name"), .init("count", .right), .init("note")])
        table.append(["weight", "7", "a"])
        table.append(["日本", "12345", ""])
        table.append(["e\u{301}te\u{301}\t", "1", "b"])
        #expect(
            table.rendered() == """
                name    count  note
                weight      7  a
                日本    12345  \("")
                e\u{301}te\u{301}\\t       1  b

                """)
    }

    @Test func emptyTableIsNothing() {
        #expect(TextTable([.init("name")]).rendered() == "")
    }

    @Test(arguments: [
        ("abc", 3), ("日本語", 6), ("e\u{301}", 1), ("한국", 4), ("👩‍👩‍👧", 2), ("🇫🇷", 2), ("❤️", 2), ("ａ", 2), ("", 0), ("ä–", 2),
    ])
    func widths(text: String, cells: Int) {
        #expect(text.displayWidth == cells)
    }

    @Test func truncationKeepsTheEnd() {
        #expect("recordings/talk.wav".truncatedAtStart(toWidth: 9) == "…talk.wav")
        #expect("日本語".truncatedAtStart(toWidth: 4) == "…語")
        #expect("abc".truncatedAtStart(toWidth: 3) == "abc")
        #expect("abc".truncatedAtStart(toWidth: 0) == "")
    }
}
