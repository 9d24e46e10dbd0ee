import Testing

@testable import SpeechModels

@Suite struct SpokenTextTests {
    @Test func wordsAreKeptAsTheyStand() {
        let text = SpokenText(["– Hello,  well-known World – !", "", "***", "it’s 5"], spelling: .words)
        #expect(text.lines.map(\.number) == [0, 3])
        #expect(text.lines[0].words.map(\.text) == ["– Hello,", "well-known", "World – !"])
        #expect(text.lines[0].words.map(\.spelled) == [["hello"], ["well", "known"], ["world"]])
        #expect(text.spelled == "hello well known world it's 5")
        let written = SpokenText(["A – b."], spelling: .asWritten)
        #expect(written.lines[0].words.map(\.spelled) == [["A"], ["–"], ["b."]])
        #expect(SpokenText(["!", " "], spelling: .words).lines.isEmpty)
    }
}
