public import ArgumentParser
public import Evaluation

/// `--normalizer none|basic`.
extension TextNormalizer: ExpressibleByArgument {}
