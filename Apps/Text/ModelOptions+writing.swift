import CommandLineKit
import Foundation
import ModelCatalog

/// No model was named, and none comes with the program.
struct NoDefaultModel: Error, Equatable, CustomStringConvertible {
    var description: String {
        "no model: --model is missing and none comes with this build; train one (text train --data corpus.txt --output "
            + "runs/mine), then name it with --model runs/mine, or name another model folder"
    }
}

extension ModelOptions {
    /// The folder of the model that writes.
    func writingFolder() throws -> URL {
        do {
            return try folder(defaultName: Text.defaultModel)
        } catch ModelCatalogError.notBesideProgram where model == nil {
            throw NoDefaultModel()
        }
    }
}
