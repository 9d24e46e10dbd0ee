/// The version of Triptych, which its programs share.
public let triptychVersion = "0.1.0"
