import ChatTemplates
import Checkpoints
import FoundationEssentials

/// What a model's folder says of conversations: `chat_template.jinja`, or else `chat_template` of `tokenizer_config.json`
/// (a text, or several with names), and the texts of the special tokens. The folder of an adapter may have them, too.
struct ChatTemplateFiles {
    /// The file that goes before the other one.
    static let fileName = "chat_template.jinja"

    /// By name; the one that is meant unless another is asked for is called `default`.
    var templates: [String: ChatTemplate] = [:]
    /// By the names that templates use: `bos_token` and others.
    private(set) var specialTokens: [String: String] = [:]

    private struct TokenizerFile: Decodable {
        var template: Template?
        var tokens: [String: Token] = [:]

        enum Template: Decodable {
            case one(String)
            case named([Named])

            struct Named: Decodable {
                let name: String
                let template: String
            }

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    self = .one(text)
                } else {
                    self = .named(try container.decode([Named].self))
                }
            }
        }

        /// A text, or an object with its flags.
        struct Token: Decodable {
            let content: String

            private struct Object: Decodable { let content: String }

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    content = text
                } else {
                    content = try container.decode(Object.self).content
                }
            }
        }

        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            template = try container.decodeIfPresent(Template.self, forKey: Key(stringValue: "chat_template"))
            for name in ["bos", "eos", "unk", "pad", "sep", "cls", "mask"].map({ "\($0)_token" }) {
                tokens[name] = try container.decodeIfPresent(Token.self, forKey: Key(stringValue: name))
            }
        }
    }

    init(_ folder: some ConfigurationFolder) throws {
        func name(_ file: String) -> String { folder.url.appending(path: file).path(percentEncoded: false) }
        if let file = try folder.decode(TokenizerFile.self, from: "tokenizer_config.json") {
            specialTokens = file.tokens.mapValues(\.content)
            let fileName = name("tokenizer_config.json")
            switch file.template {
            case .one(let source)?: templates["default"] = try ChatTemplate(source, name: "\(fileName): chat_template")
            case .named(let all)?:
                for one in all {
                    templates[one.name] = try ChatTemplate(
                        one.template, name: "\(fileName): chat_template '\(one.name)'")
                }
            case nil: break
            }
        }
        if let contents = try folder.contents(of: Self.fileName) {
            let source = String(decoding: contents, as: UTF8.self)
            templates["default"] = try ChatTemplate(source, name: name(Self.fileName))
        }
    }
}
