import ArgumentParser
import CommandLineKit
import Datasets
import Foundation

/// `vision data convert`: boxes from one of the three formats into another.
struct DataConvert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write pictures with boxes in another format.",
        discussion: """
            DATA is pictures with boxes: a file of COCO's annotations or a folder of them, Pascal VOC's folders, or a \
            YOLO data set by its folder or data.yaml. Pictures and labels go to a new folder, in the parts that the data \
            is divided into. What the new format has no place for is told; between COCO and the others nothing of a \
            plain box is lost.

            Examples:
              vision data convert bccd/ --to yolo --output bccd-yolo
              vision data convert VOC2012/ --to coco --output voc-coco --pictures link
              vision data convert export/data.yaml --to voc --output export-voc --skip-bad 5
            """)

    enum Placement: String, ExpressibleByArgument, CaseIterable {
        case copy, link

        var placement: FilePlacement { self == .copy ? .copy : .link }
    }

    @Argument(help: ArgumentHelp("Pictures with boxes: a folder or file.", valueName: "data"))
    var data: String
    @Option(help: "Format to be written.")
    var to: BoxFormat
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @Option(help: "How pictures get there: as copies, or as symbolic links.")
    var pictures = Placement.copy
    @Option(help: ArgumentHelp("Faulty labels whose pictures may be left out.", valueName: "count"))
    var skipBad = 0
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        try CleanCopy.checkTarget(output, of: data, option: "output")
        let (format, folder, placement) = (to, output, pictures.placement)
        let set = try BoxDataSet(path: URL(fileURLWithPath: data).path, skippingBad: skipBad)
        for error in set.bad { console.error("left out: \(error)".escapingControlCharacters()) }
        try await runInterruptibly(on: console) { () async throws -> Void in
            let whole = try await runOnThread { _ in try BoxDataWriter.withSizes(set) }
            let writer = BoxDataWriter(
                set: whole, format: format, folder: folder, placement: placement, console: console)
            let (written, failed) = try await writer.write()
            for loss in BoxConversionLoss.losses(of: whole, as: format) {
                console.note("\(loss)".escapingControlCharacters())
            }
            console.note("\(folder): \(written) pictures")
            if failed > 0 { throw ExitCode(1) }
        }
    }
}
