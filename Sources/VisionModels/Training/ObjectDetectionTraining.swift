public import Autograd
public import Parameters
public import Training

/// A network that finds things as the trainer sees it: its own loss, divided by the number of things.
public struct ObjectDetectionTraining: TrainableModel {
    public let model: any TrainableObjectDetectionModel
    public let parameters: ParameterStore

    public init(_ model: any TrainableObjectDetectionModel, parameters: ParameterStore) {
        (self.model, self.parameters) = (model, parameters)
    }

    public var itemName: String { "pictures" }

    public func loss(_ batch: DetectionBatch, mode: Mode) -> BatchLoss {
        model.loss(batch.pictures, batch.targets, mode: mode)
    }
}
