package import FoundationEssentials

/// What `config.json` and its like hold: configurations look alike, whatever they are of.
package func configurationJSON(_ file: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(file) + Data("\n".utf8)
}
