import ArgumentParser
import ChatTemplates
import CommandLineKit
import Foundation
import Synchronization

/// Takes messages from the terminal, a pipe or the command line, one after the other, and lets the session answer.
struct ChatConversation: Sendable {
    private let session: ChatSession
    private let obeysCommands: Bool
    private let savesCache: @Sendable () throws -> Void
    private let console: Console
    private let input = LineInput()
    private let interruption: InterruptionListener

    init(
        _ session: ChatSession, obeysCommands: Bool, savesCache: @escaping @Sendable () throws -> Void, console: Console
    ) {
        self.session = session
        self.obeysCommands = obeysCommands
        self.savesCache = savesCache
        self.console = console
        interruption = InterruptionListener()
    }

    func run(message: String?) async throws {
        if let message {
            try await answer { try await session.answer(message) }
        } else if input.isTerminal {
            try await talk()
        } else {
            while let line = try await nextLine() {
                if obeysCommands, let command = ChatCommand(line) {
                    guard try await obey(command) else { break }
                } else {
                    try await answer(line, unescaping: obeysCommands)
                }
            }
        }
        try savesCache()
    }

    /// On a terminal mistakes are told, and the conversation goes on.
    private func talk() async throws {
        console.note("/help tells what can be typed beside messages; /quit leaves")
        while true {
            console.ask("> ")
            do {
                guard let line = try await nextLine() else { return console.ask("\n") }
                if let command = ChatCommand(line) {
                    guard try await obey(command) else { return }
                } else {
                    try await answer(line, unescaping: true)
                }
            } catch let error as OutputError where error == .readerLeft {
                throw error
            } catch let error as ExitCode {
                throw error
            } catch {
                console.error("\(error)".escapingControlCharacters())
            }
        }
    }

    /// While a line is awaited, the second Ctrl-C leaves; from a pipe, the first one.
    private func nextLine() async throws -> String? {
        let isTerminal = input.isTerminal
        let presses = Counter(isTerminal ? 0 : 1)
        interruption.onInterrupt { [console, savesCache] in
            if presses.next() == 1 {
                console.ask("\n")
                console.note("Ctrl-C again, or /quit, leaves")
                return console.ask("> ")
            }
            do { try savesCache() } catch { console.error("\(error)") }
            _exit(130)
        }
        return try await input.next()
    }

    private func answer(_ line: String, unescaping: Bool) async throws {
        guard !line.allSatisfy(\.isWhitespace) else { return }
        let message = unescaping && line.hasPrefix("//") ? String(line.dropFirst()) : line
        try await answer { try await session.answer(message) }
    }

    /// While an answer is written, Ctrl-C stops it; the second one leaves. Without a terminal the first one leaves after
    /// what was written so far.
    private func answer(_ work: @escaping @Sendable () async throws -> Bool) async throws {
        let task = Task { try await work() }
        let presses = Counter(0)
        interruption.onInterrupt {
            if presses.next() > 1 { _exit(130) }
            task.cancel()
        }
        let isWhole = try await task.value
        if !isWhole {
            guard input.isTerminal else {
                try savesCache()
                throw ExitCode(130)
            }
            console.note("stopped")
        }
    }

    private final class Counter: Sendable {
        private let value: Mutex<Int>
        init(_ start: Int) { value = Mutex(start) }

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    // MARK: Commands

    /// Says whether the conversation goes on.
    private func obey(_ command: ChatCommand) async throws -> Bool {
        switch command {
        case .help: for line in ChatCommand.explanation { console.error(line) }
        case .quit: return false
        case .system(nil):
            let system = session.messages.first { $0.role == "system" }?.content
            console.error(system.map { "the system says: \($0.escapingControlCharacters())" } ?? "no system text")
        case .system(let text?): session.messages = session.messages.withSystem(text)
        case .clear: session.messages.removeAll { $0.role != "system" }
        case .undo:
            guard let last = session.messages.lastIndex(where: { $0.role == "user" }) else {
                console.error("there is nothing to take back")
                break
            }
            session.messages.removeSubrange(last...)
        case .retry:
            guard session.messages.contains(where: { $0.role == "user" }) else {
                console.error("there is no question yet")
                break
            }
            try await answer { try await session.retry() }
        case .tokens: console.error("\(try session.tokenCount()) of \(session.context) tokens")
        case .save(let path): try ChatHistory.write(session.messages, to: path)
        case .load(let path): session.messages = try await ChatHistory.read(path)
        case .incomplete(let name): console.error("\(name) lacks its file; /help tells more")
        case .unknown(let name):
            console.error("there is no \(name.escapingControlCharacters()); /help tells what there is")
        }
        return true
    }
}
