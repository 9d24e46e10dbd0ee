/// Values of `format` that are followed, as patterns. Each matches strings of that format only, though not every one.
enum StringFormats {
    static func pattern(_ name: String) -> String? { all[name] }

    static var names: [String] { all.keys.sorted() }

    // RFC 3339, section 5.6, with the days that a month has; 29 February in years that have one beyond doubt.
    private static let date =
        "(?:[1-9]\\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)"
        + "|02-(?:0[1-9]|1\\d|2[0-8]))|[1-9]\\d(?:0[48]|[2468][048]|[13579][26])-02-29)"
    private static let time =
        "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)"
    private static let label = "[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?"
    private static let byte = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"

    private static let all: [String: String] = [
        "date": "^\(date)$",
        "time": "^\(time)$",
        "date-time": "^\(date)T\(time)$",
        "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        "ipv4": "^(?:\(byte)\\.){3}\(byte)$",
        "hostname": "^(?:\(label)\\.){0,4}[a-z](?:[a-z0-9-]{0,40}[a-z0-9])?$",
        "email": "^[A-Za-z0-9_+-]+(?:\\.[A-Za-z0-9_+-]+)*@(?:\(label)\\.){1,4}[a-z]{2,10}$",
        "uri": "^https?://(?:\(label)\\.){1,4}[a-z]{2,10}(?:/[A-Za-z0-9._~-]*)*$",
    ]
}
