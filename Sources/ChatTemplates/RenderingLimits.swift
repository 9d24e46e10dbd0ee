/// What a template may use up. A template comes from strangers: without limits it could loop for ever, fill the memory or
/// overflow the stack.
public struct RenderingLimits: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case templateLength, nesting, steps, textLength, listLength, valueNesting

        var text: String {
            switch self {
            case .templateLength: "the template is longer than a chat template may be"
            case .nesting: "the template is nested more deeply than a chat template may be"
            case .steps: "the template takes more steps than a chat template may take"
            case .textLength: "the template makes a longer text than a chat template may make"
            case .listLength: "the template makes a longer list than a chat template may make"
            case .valueNesting: "the template nests values more deeply than a chat template may"
            }
        }
    }

    /// Unicode scalars of a template.
    public var templateLength = 1 << 20
    /// Levels of statements, brackets and macro calls within each other.
    public var nesting = 64
    /// One for each expression or statement, and one for every eight elements of a text or a list that is made.
    public var steps = 8_000_000
    /// Unicode scalars of any text, the result among them.
    public var textLength = 1 << 22
    public var listLength = 100_000
    /// Lists within lists.
    public var valueNesting = 64

    public init() {}
}
