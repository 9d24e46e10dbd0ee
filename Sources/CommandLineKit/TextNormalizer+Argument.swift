public import ArgumentParser
public import Evaluation

/// `--normalizer none|basic|english`.
extension TextNormalizer: ExpressibleByArgument {}
