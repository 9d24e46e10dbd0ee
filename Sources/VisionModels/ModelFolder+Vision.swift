import Checkpoints
import FoundationEssentials
import Images
import Parameters

extension ModelFolder {
    /// `config.json` in one of its forms, once it is known to be there.
    func configuration<File: Decodable>(_ type: File.Type) throws -> File {
        guard let file = try decode(type, from: "config.json") else {
            preconditionFailure("config.json was there and is not")
        }
        return file
    }

    /// How the network wants its pictures: as `preprocessor_config.json` says, where there is one.
    ///
    /// - Parameters:
    ///   - standard: what counts where the file says nothing.
    ///   - takesAnySize: whether the network takes pictures of another size than `standard` has.
    func preprocessing(standard: ImagePreprocessing, takesAnySize: Bool) throws -> ImagePreprocessing {
        let name = "preprocessor_config.json"
        return try decode(PreprocessorFile.self, from: name)?.preprocessing(
            standard: standard, takesAnySize: takesAnySize,
            path: url.appending(path: name).path(percentEncoded: false)) ?? standard
    }
}

/// A model on weights, with the folder that they come from in the error where they do not fit it.
func fitted<Model>(from folder: String, _ makeModel: () throws -> Model) throws -> Model {
    do {
        return try makeModel()
    } catch let mismatch as ParameterMismatch {
        throw VisionModelError.weightsDoNotFit(folder: folder, mismatch)
    }
}
