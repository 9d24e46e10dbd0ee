public import ArgumentParser

/// `--jobs`.
public struct JobOptions: ParsableArguments {
    /// What follows `--jobs`.
    enum Count: ExpressibleByArgument, Equatable {
        case fixed(Int)
        case automatic

        init?(argument: String) {
            if argument == "auto" || argument == "0" {
                self = .automatic
            } else if let number = Int(argument) {
                self = .fixed(number)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String {
            switch self {
            case .fixed(let number): "\(number)"
            case .automatic: "auto"
            }
        }
    }

    @Option(
        help: ArgumentHelp(
            "Inputs worked on at once, which share the threads; 'auto': as many as there are threads.",
            valueName: "count"))
    var jobs = Count.fixed(1)

    public init() {}

    public func validate() throws {
        if case .fixed(let number) = jobs, !(1...256).contains(number) {
            throw ValidationError("--jobs \(number) is not possible; give a number from 1 to 256, or 'auto'.")
        }
    }

    /// How many inputs are worked on at once: never more than there are.
    ///
    /// - Parameter threadCount: those that compute.
    public func count(inputCount: Int, threadCount: Int) -> Int {
        switch jobs {
        case .fixed(let number): max(1, min(number, inputCount))
        case .automatic: max(1, min(threadCount, inputCount))
        }
    }
}
