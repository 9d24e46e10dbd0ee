public import Tensors

/// Windows of sound as Whisper hears them, and the tokens that it is to write.
public struct WindowBatch: Sendable {
    /// Of places that are not learnt: what is given, and what fills up a text.
    public static let ignoredTarget: Int32 = -1

    /// Shape `[windows, frames, bands]`; every window is full, with silence at its end.
    public let features: Tensor
    /// Shape `[windows, longest]`, `int32`: what the decoder reads.
    public let inputs: Tensor
    /// Shape `[windows, longest]`, `int32`: what comes after each of them.
    public let targets: Tensor
    /// Targets that are learnt.
    public let targetCount: Int
    /// What is said in each window.
    public let texts: [String]

    public init(features: Tensor, inputs: Tensor, targets: Tensor, texts: [String]) {
        precondition(
            features.rank == 3 && features.shape[0] == texts.count && inputs.shape == targets.shape
                && inputs.shape[0] == texts.count,
            "\(texts.count) texts of windows \(features.shape), tokens \(inputs.shape) and \(targets.shape)")
        (self.features, self.inputs, self.targets, self.texts) = (features, inputs, targets, texts)
        targetCount = targets.integers().count { $0 != Self.ignoredTarget }
    }

    /// - Parameter fillingToken: stands in inputs beyond a text's end.
    init(features: Tensor, texts: [WindowText], fillingToken: Int) {
        let time = texts.map(\.inputs.count).max() ?? 0
        func filled(_ rows: [[Int32]], _ value: Int32) -> Tensor {
            Tensor(
                rows.flatMap { $0 + [Int32](repeating: value, count: time - $0.count) }, shape: [rows.count, time])
        }
        self.init(
            features: features, inputs: filled(texts.map { $0.inputs.map { Int32($0) } }, Int32(fillingToken)),
            targets: filled(
                texts.map { $0.targets.map { target in target.map { Int32($0) } ?? Self.ignoredTarget } },
                Self.ignoredTarget),
            texts: texts.map(\.text))
    }
}
