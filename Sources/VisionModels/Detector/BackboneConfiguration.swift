import Images
import Parameters

/// The classifier whose convolutions a detector begins with.
public enum BackboneConfiguration: Sendable, Equatable {
    case efficientNet(EfficientNetConfiguration)
    case resNet(ResNetConfiguration)
    case smallResNet(SmallResNetConfiguration)

    /// Nil for networks that are no convolutions in a row.
    public init?(_ classifier: any ImageClassificationConfiguration) {
        switch classifier {
        case let network as EfficientNetConfiguration: self = .efficientNet(network)
        case let network as ResNetConfiguration: self = .resNet(network)
        case let network as SmallResNetConfiguration: self = .smallResNet(network)
        default: return nil
        }
        // What classes it once told apart does not matter any more.
        forgetLabels()
    }

    private mutating func forgetLabels() {
        switch self {
        case .efficientNet(var network):
            network.labels = ImageNetClasses.names
            self = .efficientNet(network)
        case .resNet(var network):
            network.labels = Self.noLabels
            self = .resNet(network)
        case .smallResNet(var network):
            network.labels = Self.noLabels
            self = .smallResNet(network)
        }
    }

    /// What a file without names of classes is read as.
    private static let noLabels = ["class 0", "class 1"]

    /// The classifier itself.
    public var classifier: any ImageClassificationConfiguration {
        switch self {
        case .efficientNet(let network): network
        case .resNet(let network): network
        case .smallResNet(let network): network
        }
    }

    func makeBackbone(in scope: ParameterScope) -> any PictureBackbone {
        switch self {
        case .efficientNet(let network): EfficientNetTrunk(network.variant, in: scope)
        case .resNet(let network): ResNetTrunk(network, in: scope)
        case .smallResNet(let network): SmallResNetTrunk(network, in: scope)
        }
    }
}

extension BackboneConfiguration {
    /// As it stands in the detector's `config.json`: what the classifier's own would say, under the name of its kind.
    struct File: Codable {
        var efficientNet: EfficientNetConfiguration.File?
        var resNet: ResNetConfiguration.File?
        var smallResNet: SmallResNetConfiguration.File?

        enum CodingKeys: String, CodingKey {
            case efficientNet = "efficientnet"
            case resNet = "resnet"
            case smallResNet = "small_resnet"
        }
    }

    init(_ file: File, path: String) throws(VisionModelError) {
        if let network = file.efficientNet {
            self = .efficientNet(try EfficientNetConfiguration(network, path: path))
        } else if let network = file.resNet {
            self = .resNet(try ResNetConfiguration(network, path: path))
        } else if let network = file.smallResNet {
            self = .smallResNet(try SmallResNetConfiguration(network, path: path))
        } else {
            throw .invalidConfiguration(
                file: path, key: "backbone", value: "of an unknown kind",
                expected: "efficientnet, resnet or small_resnet")
        }
        forgetLabels()
    }

    var file: File {
        var file = File()
        switch self {
        case .efficientNet(let network):
            var own = network.file
            (own.labels, own.labelCount) = (nil, nil)
            file.efficientNet = own
        case .resNet(let network):
            var own = network.file
            (own.labels, own.labelCount) = (nil, nil)
            file.resNet = own
        case .smallResNet(let network):
            var own = network.file
            (own.labels, own.labelCount) = (nil, nil)
            file.smallResNet = own
        }
        return file
    }
}
