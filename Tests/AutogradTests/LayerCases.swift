/// Convolutions, pooling, batch and group norm, recurrences and losses of the layers that are not a transformer's.
let layerCases: [GradientCase] = []
