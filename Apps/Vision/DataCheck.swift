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
            size, grey pictures among coloured ones, and files of kinds that are not read. The exit status is 1 where \
            there is a problem.

            Examples:
              vision data check cells/
              vision data check cells/ --fix clean/
              vision data check photos.csv --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: ArgumentHelp("Folders of pictures or of IDX files, or tables.", valueName: "data"))
    var data: [String]

    @Option(help: ArgumentHelp("Pixels that both sides of a picture have at least.", valueName: "pixels"))
    var smallest = 8
    @Option(
        help: ArgumentHelp(
            "Write the good pictures, each once, to this new folder: one for each class, within train, validation and "
                + "test where the data is divided. What is checked is not changed.", valueName: "folder"))
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
            var reports: [DataCheckReport] = []
            var hasFailed = false
            for path in data {
                let set: PictureDataSet
                do {
                    set = try PictureDataSet(path: path)
                } catch {
                    console.error("\(error)".escapingControlCharacters())
                    hasFailed = true
                    continue
                }
                let check = PictureCheck(of: set, smallestSide: smallest)
                let report = DataCheckReport(
                    path: path, set: set, pictureCount: check.entries.count,
                    report: try await DataCheckWork(check: check, console: console).report())
                if format == .text { try console.write(report.text) }
                reports.append(report)
                if let fix, try await !CleanCopy(report, to: fix, console).write() { hasFailed = true }
            }
            if format == .json { try console.write(try DataCheckReport.json(reports)) }
            if hasFailed || reports.contains(where: { $0.report.problemCount > 0 }) { throw ExitCode(1) }
        }
    }

    /// Names of pictures are what follows behind the folder's name and one slash.
    private static func withoutSlash(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
