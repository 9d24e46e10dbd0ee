import ArgumentParser

/// How `vision train` mixes the pictures of a batch.
enum MixingKind: String, ExpressibleByArgument, CaseIterable {
    case none, mixup, cutmix
}
