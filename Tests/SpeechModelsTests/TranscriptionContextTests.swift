import Testing

@testable import SpeechModels

struct TranscriptionContextTests {
    @Test func whatWasSaidPushesThePromptOut() {
        var context = TranscriptionContext(prompt: [1, 2, 3], carriesPrompt: false, capacity: 5)
        #expect(context.previous == [1, 2, 3])
        context.append([10, 11], text: [10])
        #expect(context.previous == [1, 2, 3, 10, 11])
        context.append([12, 13], text: [12])
        #expect(context.previous == [3, 10, 11, 12, 13])
        #expect(context.recentText == [10, 12])
    }

    @Test func aCarriedPromptKeepsItsPlace() {
        var context = TranscriptionContext(prompt: [1, 2, 3], carriesPrompt: true, capacity: 5)
        context.append([10, 11, 12], text: [])
        #expect(context.previous == [1, 2, 3, 11, 12])
        context.forget()
        #expect(context.previous == [1, 2, 3])
    }

    @Test func whatIsForgottenIsNotShownButRemembered() {
        var context = TranscriptionContext(prompt: [1], carriesPrompt: false, capacity: 5)
        context.append([10], text: [10])
        context.forget()
        #expect(context.previous.isEmpty)
        #expect(context.recentText == [10])
        context.append([11], text: [11])
        #expect(context.previous == [11])
    }

    @Test func aLongPromptIsCutAtItsBeginning() {
        for carries in [false, true] {
            var context = TranscriptionContext(prompt: Array(0..<9), carriesPrompt: carries, capacity: 4)
            #expect(context.previous == [5, 6, 7, 8])
            context.append([20], text: [])
            #expect(context.previous == (carries ? [5, 6, 7, 8] : [6, 7, 8, 20]))
        }
    }
}
