import Checkpoints
import FoundationEssentials
import Images

extension PreprocessorFile {
    /// What says the same as `preprocessing`.
    init(_ preprocessing: ImagePreprocessing) {
        self.init()
        let size = Size(height: preprocessing.height, width: preprocessing.width)
        switch preprocessing.framing {
        case .stretched: self.size = size
        case .centerSquare(let fraction):
            self.size = size
            cropFraction = fraction
        case .shortSide(let side):
            self.size = Size(shortestEdge: side)
            cropSize = size
            crops = true
        case .bounded(let short, let long, _): self.size = Size(shortestEdge: short, longestEdge: long)
        case .fitted(let fill):
            self.size = size
            (pads, padding) = (true, fill)
        }
        resampling = Self.interpolations.firstIndex(of: preprocessing.interpolation)
        let normalization = preprocessing.normalization
        (scales, scale, normalizes) = (true, normalization.scale, true)
        (mean, deviation) = (normalization.mean, normalization.deviation)
    }

    func json() throws -> Data { try configurationJSON(self) }
}
