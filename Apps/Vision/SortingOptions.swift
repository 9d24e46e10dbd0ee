import ArgumentParser
import CommandLineKit

/// `--sort-into` and what belongs to it.
struct SortingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Put every picture into a folder in DIR that is called as its most probable class; 'uncertain' where none "
                + "reaches --threshold. No file is replaced: a name that is taken gets a number.",
            valueName: "dir"))
    var sortInto: String?

    @Option(
        help: ArgumentHelp(
            "How pictures get there: as copies, moved, or as symbolic links (default: copy).", valueName: "way"))
    var sortBy: FilePlacement?

    @Flag(help: "Only tell where pictures would be put.")
    var dryRun = false

    func validate() throws {
        if sortInto == "" { throw ValidationError("--sort-into is empty; name a folder.") }
        if sortInto == nil, sortBy != nil || dryRun {
            throw ValidationError("\(dryRun ? "--dry-run" : "--sort-by") is for --sort-into; name a folder with that.")
        }
    }

    var movesPictures: Bool { sortInto != nil && sortBy == .move && !dryRun }

    /// Nil where nothing is sorted.
    func sorter(labels: [String], _ console: Console) -> PictureSorter? {
        sortInto.map {
            PictureSorter(
                into: $0, ClassFolders(labels: labels), by: sortBy ?? .copy, isRehearsal: dryRun, console)
        }
    }
}
