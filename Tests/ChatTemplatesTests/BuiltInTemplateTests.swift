import ChatTemplates
import Foundation
import Testing

@Suite struct BuiltInTemplateTests {
    /// The fixtures compare the templates in files, so that these must be the same.
    @Test(arguments: BuiltInTemplate.allCases) func theTemplateIsTheOneThatWasCompared(template: BuiltInTemplate) throws
    {
        let file = TemplateCases.folder.appendingPathComponent("\(template.rawValue).jinja")
        #expect(try template.source + "\n" == String(contentsOf: file, encoding: .utf8))
        #expect(try template.template().name == template.rawValue)
    }
}
