import ArgumentParser
import CommandLineKit
import Images

extension ContactSheetWriter {
    /// Throws where `--sheet` names no PNG.
    static func checkOption(_ sheet: String?) throws {
        if let sheet, !sheet.lowercased().hasSuffix(".png") {
            throw ValidationError("--sheet \(sheet) is no name of a PNG; let it end in .png.")
        }
    }

    /// Writes the last page, of a run that was cut short too: what that has come to is worth seeing.
    mutating func finish(telling console: Console) throws {
        try finish()
        guard paths.count > 1, let last = paths.last else { return }
        console.note("the sheet has \(paths.count) pages, the last is \(last)")
    }
}
