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
