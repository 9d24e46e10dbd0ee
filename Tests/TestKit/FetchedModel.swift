public import Foundation
import ModelCatalog
public import Testing

/// A real model that a test needs, which `make models` fetches.
///
/// Without it the test is skipped, except in continuous integration (`CI=true`), where it runs, and fails.
public enum FetchedModel {
    /// The folder of a fetched model.
    public static func folder(_ name: String) throws -> URL { try ModelCatalog.locate(name) }

    static func isExpected(_ name: String) -> Bool {
        ProcessInfo.processInfo.environment["CI"] == "true" || ModelCatalog().isPresent(name)
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test where the model called `name` is not on this machine.
    public static func needsModel(_ name: String) -> Self {
        .enabled(if: FetchedModel.isExpected(name), "the model '\(name)' is not here; 'make models' fetches it")
    }
}
