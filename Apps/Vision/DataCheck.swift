import ArgumentParser
import CommandLineKit
import Datasets
import Foundation

/// `vision data check`: what is wrong with pictures that a model is to learn from.
struct DataCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what is wrong with pictures that a model is to learn from.",
        discussion: """
            DATA is what 'vision train --data' takes: a folder with one for each class, perhaps within train, validation \
            and test; a folder of IDX files; a table of paths and labels (.csv). Found are pictures that cannot be read \
            or are tiny, the same picture more than once (within a class, in two classes, in two parts of the data), \
            endings that lie, classes without pictures; worth knowing, but no problem, are classes of very different \
            size, grey pictures among coloured ones, and files of kinds that are not read.

            DATA may also be pictures with boxes (COCO's annotations, Pascal VOC's folders, a YOLO data set). Found \
            are faulty labels, pictures that are missing or cannot be read, stand there twice or have another size than \
            the labels say, boxes outside the picture, too thin, twice or of two classes, and classes without boxes.

            The exit status is 1 where there is a problem.

            Examples:
              vision data check cells/
              vision data check cells/ --fix clean/
              vision data check photos.csv --format json
              vision data check bccd/ --fix bccd-clean/
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: ArgumentHelp("Folders of pictures or of IDX files, tables, or labels.", valueName: "data"))
    var data: [String]

    @Option(help: ArgumentHelp("Pixels that both sides of a picture without boxes have at least.", valueName: "pixels"))
    var smallest = 8
    @Option(
        help: ArgumentHelp(
            "Write the good pictures, each once, to this new folder: one for each class, within train, validation and "
                + "test where the data is divided; those with boxes in the format that they have. What is checked is "
                + "not changed.", valueName: "folder"))
    var fix: String?
    @Option(help: "Form of the result.")
    var format = Format.text
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        try checkOption("smallest", smallest, 1...65_535)
        if fix == "" { throw ValidationError("--fix is empty; name a folder.") }
        if fix != nil, data.count > 1 {
            throw ValidationError("--fix is for one data set; \(data.count) were named.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        if let fix { try CleanCopy.checkTarget(fix, of: data[0]) }
        let (data, smallest, format, fix) = (self.data.map(Self.withoutSlash), smallest, format, fix)
        try await runInterruptibly(on: console) { () async throws -> Void in
            var files: [DataCheckReport.File] = []
            var (hasFailed, problemCount) = (false, 0)
            for path in data {
                let source: Source
                do {
                    source = try Source(path)
                } catch {
                    console.error("\(error)".escapingControlCharacters())
                    hasFailed = true
                    continue
                }
                switch source {
                case .classes(let set):
                    let check = PictureCheck(of: set, smallestSide: smallest)
                    let report = DataCheckReport(
                        path: path, set: set, pictureCount: check.entries.count,
                        report: try await DataCheckWork(check: check, console: console).report())
                    if format == .text { try console.write(report.text) }
                    files.append(report.file)
                    problemCount += report.report.problemCount
                    if let fix, try await !CleanCopy(report, to: fix, console).write() { hasFailed = true }
                case .boxes(let set):
                    let report = try await BoxCheckReport(path: path, checking: set, console: console)
                    if format == .text { try console.write(report.text) }
                    files.append(report.file)
                    problemCount += report.report.problemCount
                    if let fix, try await !report.writeCleanCopy(to: fix, console) { hasFailed = true }
                }
            }
            if format == .json { try console.write(try DataFindingRecord.json(files)) }
            if hasFailed || problemCount > 0 { throw ExitCode(1) }
        }
    }

    /// What a path holds.
    private enum Source {
        case classes(PictureDataSet)
        case boxes(BoxDataSet)

        init(_ path: String) throws {
            // Every fault is told, so none ends the reading.
            self =
                try BoxFormat(at: path) == nil
                ? .classes(PictureDataSet(path: path)) : .boxes(BoxDataSet(path: path, skippingBad: .max))
        }
    }

    /// Names of pictures are what follows behind the folder's name and one slash.
    private static func withoutSlash(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
