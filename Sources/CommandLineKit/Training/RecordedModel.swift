import Foundation
public import Training

extension OptionValue {
    /// The name of a model as a run records it: a folder by its whole path, so that the run can go on from elsewhere.
    public static func model(_ name: String) -> OptionValue {
        .text(FileManager.default.fileExists(atPath: name) ? URL(fileURLWithPath: name).path : name)
    }
}
