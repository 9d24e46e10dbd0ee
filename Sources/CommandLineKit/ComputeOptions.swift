public import ArgumentParser

/// `--threads`.
public struct ComputeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads to compute with (default: one for each physical core).", valueName: "count"))
    public var threads: Int?

    public init() {}

    public func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads \(threads) is not possible; give a number from 1 to 256.")
        }
    }
}
