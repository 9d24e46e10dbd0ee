import CommandLineKit
import Testing

@Suite struct BatchTests {
    private struct Fault: Error, CustomStringConvertible { let description: String }

    private let messages = RecordingSink()

    private func input(_ path: String) -> Result<Input, InputError> {
        .success(Input(.file(path: path), relativePath: path))
    }

    private func run(
        _ items: [Result<Input, InputError>], verbosity: Verbosity = .normal,
        _ body: (Input, Batch.Position) async throws -> Void
    ) async -> BatchReport {
        let console = Console(programName: "speech", verbosity: verbosity, messages: messages)
        return await Batch(on: console).run(InputList(items: items, isSingle: false), done: "transcribed", body)
    }

    @Test func failuresHaveTheirLinesAndTheBatchGoesOn() async {
        var seen: [String] = []
        let items = [
            input("a.wav"), .failure(InputError(name: "b.wav", reason: .notFound)), input("c.wav"), input("d\n.wav"),
        ]
        let report = await run(items) { input, position in
            seen.append(position.prefix + input.displayName)
            if input.displayName == "c.wav" { throw Fault(description: "holds no sound\nat all") }
            if input.displayName == "d\n.wav" { throw Fault(description: "d\n.wav: is odd") }
        }
        #expect(seen == ["[1/4] a.wav", "[3/4] c.wav", "[4/4] d\n.wav"])
        #expect(
            messages.text == """
                speech: b.wav: no such file or folder
                speech: c.wav: holds no sound\\nat all
                speech: d\\n.wav: is odd
                speech: 1 of 4 transcribed, 3 failed

                """)
        #expect(report.exitStatus == 1)
        #expect(report.succeeded == 1)
        #expect(report.failures.map(\.name) == ["", "c.wav", "d\n.wav"])
    }

    @Test func allGoodIsStatusZero() async {
        let report = await run([input("a"), input("b")], verbosity: .quiet) { _, _ in }
        #expect(report.exitStatus == 0)
        #expect(messages.text == "")
    }

    @Test func cancellationEndsTheBatch() async {
        let report = await run([input("a"), input("b"), input("c")]) { input, _ in
            if input.displayName == "b" { throw CancellationError() }
        }
        #expect(report.wasInterrupted)
        #expect(report.exitStatus == 130)
        #expect(messages.text == "speech: interrupted: 1 of 3 transcribed\n")
    }

    @Test func cancelledTaskStartsNothingMore() async {
        let items = [input("a"), input("b")]
        let task = Task {
            await run(items) { _, _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        let report = await task.value
        #expect(report.succeeded == 1)
        #expect(report.exitStatus == 130)
    }

    @Test func departedReaderEndsTheBatchQuietly() async {
        let console = Console(
            programName: "speech", output: RecordingSink(failingWith: .readerLeft), messages: messages)
        let list = InputList(items: [input("a"), input("b")], isSingle: false)
        let report = await Batch(on: console).run(list, done: "transcribed") { _, _ in try console.write("text\n") }
        #expect(report.exitStatus == 141)
        #expect(messages.text == "")
    }
}
