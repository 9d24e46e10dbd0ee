/// What a line that begins with a slash asks for.
enum ChatCommand: Equatable {
    case help, quit, clear, undo, retry, tokens
    /// Without a text, it is shown.
    case system(String?)
    case save(String)
    case load(String)
    case incomplete(String)
    case unknown(String)

    /// nil for a line that is a message. Two slashes begin a message that begins with one.
    init?(_ line: String) {
        guard line.hasPrefix("/"), !line.hasPrefix("//") else { return nil }
        let parts = line.split(separator: " ", maxSplits: 1)
        let name = String(parts.first ?? "")
        let argument = parts.count > 1 ? parts[1].drop(while: \.isWhitespace) : ""
        switch (name, argument.isEmpty) {
        case ("/help", _): self = .help
        case ("/quit", _), ("/exit", _): self = .quit
        case ("/clear", _): self = .clear
        case ("/undo", _): self = .undo
        case ("/retry", _): self = .retry
        case ("/tokens", _): self = .tokens
        case ("/system", let isEmpty): self = .system(isEmpty ? nil : String(argument))
        case ("/save", false): self = .save(String(argument))
        case ("/load", false): self = .load(String(argument))
        case ("/save", true), ("/load", true): self = .incomplete(name)
        default: self = .unknown(name)
        }
    }

    static let explanation = [
        "/system TEXT  tell the model this before the conversation; without TEXT, show it",
        "/retry        answer the last question anew",
        "/undo         take back the last question and its answer",
        "/clear        begin anew; what the system says stays",
        "/save FILE    write the conversation, as JSON Lines",
        "/load FILE    go on with the conversation of a file",
        "/tokens       how much of the context is used",
        "/quit         leave",
        "A message that begins with a slash is written with two.",
    ]
}
