/// The lines of a text file in UTF-8, blank ones too, without byte-order mark and carriage returns.
public func textLines(inFile path: String) throws(ManifestError) -> [String] {
    try ManifestText(path: path).allLines.map(\.text)
}
