import TestKit
import Testing

@Suite struct HelpTests {
    static let verbs: [[String]] = [
        [], ["train"], ["generate"], ["chat"], ["evaluate"], ["tokenize"], ["tokenize", "train"],
        ["tokenize", "encode"], ["tokenize", "decode"], ["export"], ["inspect"], ["models"], ["models", "list"],
        ["models", "pull"],
        ["models", "verify"], ["models", "show"], ["models", "path"], ["models", "remove"],
    ]

    @Test(arguments: verbs) func helpIsAsCommitted(verb: [String]) throws { try HelpSnapshots.compare("text", verb) }

    @Test(.disabled(if: HelpSnapshots.areRewritten, "the snapshots are being written"))
    func everyVerbIsCompared() throws { try HelpSnapshots.checkComplete("text", verbs: Self.verbs) }
}
