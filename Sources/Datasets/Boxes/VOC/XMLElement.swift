/// An element of a small XML text: its name, its text and the elements within it, without attributes.
struct XMLElement: Equatable {
    let name: String
    /// Without white space at its ends; of an element with others within it, what stands between them.
    var text = ""
    var children: [XMLElement] = []
    /// Counted from 1.
    let line: Int

    /// The first element within this one that has the name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }
}

/// What is wrong with an XML text.
public enum XMLFault: Sendable, Equatable, CustomStringConvertible {
    case unexpectedEnd
    case expected(String)
    case wrongEndTag(String, open: String)
    /// `<!DOCTYPE …>`, by which small texts can become huge ones and name files of this machine.
    case documentType
    case unknownEntity(String)
    case notUTF8
    case invalidCharacter
    case tooDeep(limit: Int)
    case tooManyElements(limit: Int)

    public var description: String {
        switch self {
        case .unexpectedEnd: "the XML text ends too early"
        case .expected(let what): "not XML: \(what) was expected"
        case .wrongEndTag(let found, let open): "</\(found)> stands where </\(open)> was expected"
        case .documentType: "a document type (<!DOCTYPE …>) is not taken from a file of labels; remove it"
        case .unknownEntity(let name): "the entity &\(name); is unknown; only those of XML itself are taken"
        case .notUTF8: "not valid UTF-8 text; store it as UTF-8"
        case .invalidCharacter: "a character that XML does not allow"
        case .tooDeep(let limit): "elements are nested deeper than \(limit) levels"
        case .tooManyElements(let limit): "more than \(limit) elements"
        }
    }
}

/// A fault with the line that it stands on, counted from 1.
struct XMLError: Error, Equatable {
    let fault: XMLFault
    let line: Int
}
