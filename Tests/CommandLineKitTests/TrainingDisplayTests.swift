import Testing

@testable import CommandLineKit
@testable import Training

@Suite struct TrainingDisplayTests {
    private static let report = StepReport(
        step: 120, plannedSteps: 2000, loss: 3.41234, smoothedLoss: 3.53, learningRate: 9.76e-4, gradientNorm: 1,
        targetCount: 4096, itemCount: 4096, itemName: "tokens", seconds: 0.4, peakMemory: 512_300_000)

    @Test func theLineTellsAll() {
        let line = TrainingLine(report: Self.report, secondsPerStep: 0.4, itemsPerSecond: 10_240)
        #expect(
            line.text(columns: 200)
                == "step 120 of 2000, loss 3.4123 (smoothed 3.5300), rate 9.8e-4, 10.2 k tokens/s, 12:32 left, 512 MB")
        #expect(line.text(columns: 62) == "step 120 of 2000, loss 3.4123 (smoothed 3.5300), rate 9.8e-4")
    }

    @Test func evaluationsStayVisible() {
        let messages = RecordingSink()
        let display = TrainingDisplay(on: Console(programName: "text", messages: messages))
        display.show(.step(Self.report))
        display.show(.step(Self.report))
        display.show(
            .evaluated(
                ValidationReport(
                    step: 250, loss: 1.5, targetCount: 10, isBest: true, figures: ["bits_per_byte": 1.25])))
        display.show(.skippedCheckpoint(path: "runs/a/checkpoints/step-000002.damaged", reason: "cut short"))
        let lines = messages.text.split(separator: "\n")
        // The second step comes too soon for a line of its own.
        #expect(lines.count == 3)
        #expect(lines[1] == "text: step 250: validation loss 1.5000, bits per byte 1.2500 (best so far)")
        #expect(lines[2].contains("step-000002.damaged: cut short"))
    }

    @Test func numbersInFewDigits() {
        #expect(TrainingDisplay.compact(5_123_456) == "5.12 M" && TrainingDisplay.compact(49_900_000) == "49.9 M")
        #expect(TrainingDisplay.compact(845_000) == "845 k" && TrainingDisplay.compact(512) == "512")
    }
}
