import ArgumentParser
import ChatTemplates
import Checkpoints
import CommandLineKit
import Foundation
import TextModels
import Tokenizers

/// How a conversation is shown to the model.
struct TemplateOptions: ParsableArguments {
    @OptionGroup var template: ChatTemplateOption
    @Option(
        help: ArgumentHelp(
            "Set a variable of the template, as JSON: enable_thinking=false. Repeatable.", valueName: "name=value"))
    var templateVariable: [TemplateVariable] = []

    func format(of model: AdaptedModel, tokenizer: any Tokenizer) async throws -> ChatFormat {
        var format = try ChatFormat(
            model.folder, adapter: model.adapter, tokenizer: tokenizer, template: await template.read())
        for variable in templateVariable { format.variables[variable.name] = variable.value }
        return format
    }
}

/// `--chat-template`, for who talks with a model and for who trains it.
struct ChatTemplateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show conversations by this template instead of the model's: a file, or \(names).",
            valueName: "file|name"))
    var chatTemplate: String?

    private static let names = BuiltInTemplate.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        if chatTemplate == "" { throw ValidationError("--chat-template is empty; name a file, or \(Self.names).") }
    }

    /// The path of the template's file; nil for one that comes with the program, or none.
    var file: String? { BuiltInTemplate(rawValue: chatTemplate ?? "") == nil ? chatTemplate : nil }

    func read() async throws -> ChatTemplate? {
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
