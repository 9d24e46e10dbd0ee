import TestKit
import Testing

@Suite struct HelpTests {
    static let verbs: [[String]] = [
        [], ["classify"], ["detect"], ["train"], ["evaluate"], ["export"], ["import"], ["data"], ["data", "check"],
        ["data", "convert"], ["data", "crop"],
        ["inspect"], ["models"], ["models", "list"], ["models", "pull"], ["models", "verify"],
        ["models", "show"], ["models", "path"], ["models", "remove"],
    ]

    @Test(arguments: verbs) func helpIsAsCommitted(verb: [String]) throws { try HelpSnapshots.compare("vision", verb) }

    @Test(.disabled(if: HelpSnapshots.areRewritten, "the snapshots are being written"))
    func everyVerbIsCompared() throws { try HelpSnapshots.checkComplete("vision", verbs: Self.verbs) }
}
