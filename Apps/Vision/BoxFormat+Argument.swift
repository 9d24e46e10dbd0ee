public import ArgumentParser
public import Datasets

extension BoxFormat: ExpressibleByArgument {}
