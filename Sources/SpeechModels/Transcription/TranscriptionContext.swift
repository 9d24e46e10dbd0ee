/// What a window is read in the light of: the prompt, and what was said before it.
struct TranscriptionContext {
    private let prompt: [Int]
    private let carriesPrompt: Bool
    /// Tokens that the model can be shown.
    private let capacity: Int
    /// Of the present stretch of trust, timestamps included; the last that can matter.
    private var history: [Int] = []
    private var showsPrompt = true
    /// The last tokens of text, whether or not they are shown to the model: loops are noticed by them.
    private(set) var recentText: [Int] = []

    private static let recentCapacity = 64

    init(prompt: [Int]?, carriesPrompt: Bool, capacity: Int) {
        self.prompt = Array((prompt ?? []).suffix(capacity))
        self.carriesPrompt = carriesPrompt
        self.capacity = capacity
    }

    /// The prompt first where it is shown: a carried one always keeps its place, another is pushed out by what is said.
    var previous: [Int] {
        if carriesPrompt { return prompt + history.suffix(capacity - prompt.count) }
        return Array(((showsPrompt ? prompt : []) + history).suffix(capacity))
    }

    mutating func append(_ tokens: [Int], text: [Int]) {
        history = (history + tokens).suffix(capacity)
        recentText = (recentText + text).suffix(Self.recentCapacity)
    }

    /// Nothing said so far is shown to the model any more.
    mutating func forget() {
        history = []
        showsPrompt = false
    }
}
