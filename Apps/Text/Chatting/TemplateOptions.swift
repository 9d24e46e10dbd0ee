import ArgumentParser
import ChatTemplates
import Checkpoints
import Foundation
import TextModels
import Tokenizers

/// How a conversation is shown to the model.
struct TemplateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show the conversation by this template instead of the model's: a file, or \(names).",
            valueName: "file|name"))
    var chatTemplate: String?
    @Option(
        help: ArgumentHelp(
            "Set a variable of the template, as JSON: enable_thinking=false. Repeatable.", valueName: "name=value"))
    var templateVariable: [TemplateVariable] = []

    private static let names = BuiltInTemplate.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        if chatTemplate == "" { throw ValidationError("--chat-template is empty; name a file, or \(Self.names).") }
    }

    /// What ends an answer of a template that has no token for it.
    var stopStrings: [String] { chatTemplate.flatMap(BuiltInTemplate.init)?.stopStrings ?? [] }

    func format(of folder: ModelFolder, tokenizer: any Tokenizer) async throws -> ChatFormat {
        var format = try ChatFormat(folder, tokenizer: tokenizer, template: await template())
        for variable in templateVariable { format.variables[variable.name] = variable.value }
        return format
    }

    private func template() async throws -> ChatTemplate? {
        guard let chatTemplate else { return nil }
        if let known = BuiltInTemplate(rawValue: chatTemplate) { return try known.template() }
        guard FileManager.default.fileExists(atPath: chatTemplate) else {
            throw ValidationError("--chat-template: there is no file '\(chatTemplate)'; known names are \(Self.names).")
        }
        return try ChatTemplate(await TextSource.file(chatTemplate).read(), name: chatTemplate)
    }
}

/// `NAME=VALUE`; what is no JSON is a text.
struct TemplateVariable: ExpressibleByArgument {
    let name: String
    let value: TemplateValue

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        name = String(argument[..<equals])
        let text = String(argument[argument.index(after: equals)...])
        value = (try? TemplateValue(json: Array(text.utf8))) ?? .text(text)
    }
}
