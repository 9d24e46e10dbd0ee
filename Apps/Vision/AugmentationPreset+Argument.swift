public import ArgumentParser
public import VisionModels

extension AugmentationPreset: ExpressibleByArgument {}
