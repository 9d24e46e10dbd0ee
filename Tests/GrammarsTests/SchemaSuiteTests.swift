import Foundation
import Testing

@testable import Grammars

/// The cases of the JSON Schema organization's own test suite, where `$TRIPTYCH_DATA` holds a copy of it
/// (github.com/json-schema-org/JSON-Schema-Test-Suite, as the folder `JSON-Schema-Test-Suite`).
struct SchemaSuiteTests {
    private static var folder: URL? {
        let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"]
        guard let url = data.map({ URL(fileURLWithPath: $0).appendingPathComponent("JSON-Schema-Test-Suite/tests") }),
            FileManager.default.fileExists(atPath: url.path)
        else { return nil }
        return url
    }

    /// No grammar matches what its schema forbids. What a schema allows may be missed (docs/guides/constrained-output.md).
    @Test(
        .enabled(if: folder != nil, "TRIPTYCH_DATA leads to no JSON-Schema-Test-Suite"),
        arguments: ["draft7", "draft2020-12"])
    func nothingInvalidIsMatched(draft: String) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: #require(Self.folder).appendingPathComponent(draft), includingPropertiesForKeys: nil)
        var (matched, followed) = (0, 0)
        for file in files.filter({ $0.pathExtension == "json" }) {
            // Numbers that are not exact are no schemas of ours.
            guard let document = try? SchemaDocument(Array(Data(contentsOf: file))),
                case .array(let groups) = document[SchemaDocument.root]
            else { continue }
            for group in groups {
                let schema = document.json(of: try #require(document.member("schema", of: group)))
                guard let grammar = try? Grammar(jsonSchema: Array(schema.utf8)),
                    case .array(let tests) = document[try #require(document.member("tests", of: group))]
                else { continue }
                for test in tests {
                    let text = document.json(of: try #require(document.member("data", of: test)))
                    let isValid = document[try #require(document.member("valid", of: test))] == .boolean(true)
                    let matches = try grammar.matches(text.utf8)
                    #expect(isValid || !matches, "\(file.lastPathComponent): \(schema) \(text)")
                    followed += 1
                    if matches { matched += 1 }
                }
            }
        }
        #expect(followed > 400 && matched > 150)
    }
}
