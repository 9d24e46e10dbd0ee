import CommandLineKit
import Foundation
import Images
import VisionModels

/// Shows the pictures, as the network saw them, with the best class of each, on pages of a contact sheet.
final class SheetReceiver: AnswerReceiver {
    private var writer: ContactSheetWriter
    private let console: Console

    /// - Parameter path: of the first page, a PNG.
    init(_ path: String, _ console: Console) {
        writer = ContactSheetWriter(path)
        self.console = console
    }

    func receive(_ answer: PictureAnswer) throws {
        // The number first: a long name is cut off at its end.
        let best = answer.impression.predictions.first.map {
            "\(String(format: "%.1f", 100 * $0.probability)) % \($0.label)"
        }
        let name = (answer.input.displayName as NSString).lastPathComponent
        try writer.add(answer.framed, caption: [best ?? "-", name])
    }

    func finish(isWhole: Bool) throws { try writer.finish(telling: console) }
}
