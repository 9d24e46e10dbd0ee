import TestKit
import Testing

@Suite struct HelpTests {
    static let verbs: [[String]] = [
        [], ["transcribe"], ["align"], ["train"], ["evaluate"], ["export"], ["data"], ["data", "check"], ["lm"],
        ["lm", "train"],
        ["inspect"], ["models"],
        ["models", "list"], ["models", "pull"],
        ["models", "verify"], ["models", "show"], ["models", "path"], ["models", "remove"],
    ]

    /// Verbs with options that `--help` leaves out and `--help-hidden` lists.
    static let verbsWithHiddenOptions = [["transcribe"]]

    @Test(arguments: verbs) func helpIsAsCommitted(verb: [String]) throws { try HelpSnapshots.compare("speech", verb) }

    @Test(arguments: verbsWithHiddenOptions) func hiddenOptionsAreAsCommitted(verb: [String]) throws {
        try HelpSnapshots.compare("speech", verb, showsHidden: true)
    }

    @Test(.disabled(if: HelpSnapshots.areRewritten, "the snapshots are being written"))
    func everyVerbIsCompared() throws {
        try HelpSnapshots.checkComplete("speech", verbs: Self.verbs, withHiddenOptions: Self.verbsWithHiddenOptions)
    }
}
