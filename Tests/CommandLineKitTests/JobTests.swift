import ArgumentParser
import Synchronization
import TestKit
import Testing

@testable import CommandLineKit

@Suite struct JobTests {
    private struct Fault: Error, CustomStringConvertible { let description: String }

    private let messages = RecordingSink()

    private func list(_ names: [String]) -> InputList {
        InputList(items: names.map { .success(Input(.file(path: $0), relativePath: $0)) }, isSingle: false)
    }

    private func run(
        _ list: InputList, jobs: Int, finished: @Sendable (Batch.Position) throws -> Void = { _ in },
        _ body: @escaping @Sendable (Input, Batch.Position) async throws -> Batch.Outcome
    ) async -> BatchReport {
        await Batch(on: Console(programName: "speech", messages: messages)).run(
            list, jobs: jobs, done: "transcribed", finished: finished, body)
    }

    @Test(arguments: [1, 2, 5, 9])
    func noMoreThanAskedForAreAtWork(jobs: Int) async {
        let atWork = Mutex((now: 0, most: 0))
        let report = await run(list((1...6).map(String.init)), jobs: jobs) { _, _ in
            atWork.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            try await Task.sleep(for: .milliseconds(20))
            atWork.withLock { $0.now -= 1 }
            return .done
        }
        #expect(report.succeeded == 6 && report.exitStatus == 0)
        #expect(atWork.withLock { $0.most } <= jobs)
        #expect(messages.text == "speech: 6 of 6 transcribed\n")
    }

    @Test func skippedAndFailedAreCounted() async {
        let items = list(["a", "b", "c"]).items + [.failure(InputError(name: "d", reason: .notFound))]
        let ended = Mutex<Set<Int>>([])
        let report = await run(InputList(items: items, isSingle: false), jobs: 2) { position in
            ended.withLock { _ = $0.insert(position.number) }
        } _: { input, _ in
            if input.displayName == "b" { throw Fault(description: "odd") }
            return input.displayName == "c" ? .skipped : .done
        }
        #expect(report.exitStatus == 1 && report.skipped == 1 && report.succeeded == 1)
        #expect(messages.text.hasSuffix("speech: 1 of 4 transcribed, 1 skipped, 2 failed\n"))
        #expect(messages.text.contains("speech: b: odd\n") && messages.text.contains("speech: d: no such file"))
        #expect(ended.withLock { $0 } == [1, 2, 3, 4])
        let allThere = await run(list(["a", "b"]), jobs: 1) { _, _ in .skipped }
        #expect(allThere.exitStatus == 0)
        #expect(messages.text.hasSuffix("speech: 0 of 2 transcribed, 2 skipped\n"))
    }

    @Test func cancellationEndsAllThatIsAtWork() async {
        let begun = Mutex(0)
        let list = list(["a", "b", "c", "d"])
        let task = Task {
            await run(list, jobs: 2) { _, _ in
                begun.withLock { $0 += 1 }
                try await Task.sleep(for: .seconds(60))
                return .done
            }
        }
        while begun.withLock({ $0 }) < 2 { try? await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let report = await task.value
        #expect(report.exitStatus == 130 && report.succeeded == 0 && begun.withLock { $0 } == 2)
        #expect(messages.text == "speech: interrupted: 0 of 4 transcribed\n")
    }

    @Test func aDepartedReaderEndsAllThatIsAtWork() async {
        let report = await run(list(["a", "b", "c", "d"]), jobs: 2) { input, _ in
            if input.displayName == "a" { throw OutputError.readerLeft }
            try await Task.sleep(for: .seconds(60))
            return .done
        }
        #expect(report.exitStatus == 141 && report.readerLeft && !report.wasInterrupted)
        #expect(messages.text == "")
    }

    @Test func resultsAppearInOrder() throws {
        let sink = RecordingSink()
        let output = OrderedOutput(on: Console(programName: "speech", output: sink, messages: messages))
        try output.write("b1 ", of: 2)
        try output.write("a1 ", of: 1)
        try output.end(4)
        try output.write("c1 ", of: 3)
        try output.write("b2 ", of: 2)
        #expect(sink.text == "a1 ")
        try output.end(2)
        #expect(sink.text == "a1 ")
        try output.write("a2 ", of: 1)
        try output.end(1)
        #expect(sink.text == "a1 a2 b1 b2 c1 ")
        try output.write("c2 ", of: 3)
        try output.end(3)
        try output.write("e1", of: 5)
        #expect(sink.text == "a1 a2 b1 b2 c1 c2 e1")
    }

    @Test func jobsAreCounted() throws {
        func count(_ arguments: [String]) throws -> Int {
            try JobOptions.parse(arguments).count(inputCount: 5, threadCount: 3)
        }
        #expect(try count([]) == 1 && count(["--jobs", "2"]) == 2 && count(["--jobs", "9"]) == 5)
        #expect(try count(["--jobs", "auto"]) == 3 && count(["--jobs", "0"]) == 3)
        for wrong in ["-1", "257", "many", ""] {
            #expect(throws: (any Error).self) { try JobOptions.parse(["--jobs=\(wrong)"]) }
        }
    }
}
