import Logging

/// Writes log messages as lines of the console: errors always, warnings and notices unless quiet, the rest with
/// `--verbose`.
struct ConsoleLogHandler: LogHandler {
    let console: Console
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(console: Console) {
        self.console = console
        logLevel =
            switch console.verbosity {
            case .quiet: .error
            case .normal: .notice
            case .verbose: .debug
            }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = event.level == .warning ? "warning: \(event.message)" : "\(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        text = text.escapingControlCharacters()
        if event.level >= .error { console.error(text) } else { console.note(text) }
    }
}
