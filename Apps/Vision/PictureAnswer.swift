import CommandLineKit
import Images
import VisionModels

/// What is known of a picture once the network has seen it.
struct PictureAnswer: Sendable {
    let input: Input
    /// What the network saw.
    let framed: Bitmap
    let impression: Impression
}

/// Something that is done with every answer, in the order of the inputs.
protocol AnswerReceiver {
    /// To be called before the first answer.
    func begin() throws
    /// An error stands for this picture alone.
    func receive(_ answer: PictureAnswer) throws
    /// To be called behind the last answer.
    ///
    /// - Parameter isWhole: whether all pictures had their turn.
    func finish(isWhole: Bool) throws
}

extension AnswerReceiver {
    func begin() throws {}
}
