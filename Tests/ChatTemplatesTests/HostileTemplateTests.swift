import ChatTemplates
import Foundation
import Testing

/// Templates come from strangers: whatever they hold, the end is a text or an error.
@Suite struct HostileTemplateTests {
    private static let messages = [
        ChatMessage(role: "system", content: "s"), ChatMessage(role: "user", content: "<tag> ü"),
        ChatMessage(role: "assistant", content: "a"),
    ]

    /// Renders, and says what went wrong; any other kind of error fails the test.
    private static func reason(
        _ source: String, limits: RenderingLimits = RenderingLimits()
    ) throws -> ChatTemplateError.Reason? {
        do {
            _ = try ChatTemplate(source, limits: limits).render(messages, specialTokens: ["bos_token": "<s>"])
            return nil
        } catch let error as ChatTemplateError {
            #expect(error.description.contains("\n") == false)
            return error.reason
        }
    }

    private static func sources() throws -> [String] {
        try FileManager.default.contentsOfDirectory(at: TemplateCases.folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "jinja" }.sorted { $0.path < $1.path }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    @Test func everyBeginningOfATemplateEndsWell() throws {
        for source in try Self.sources() {
            let scalars = Array(source.unicodeScalars)
            for length in stride(from: 0, to: scalars.count, by: 1 + scalars.count / 150) {
                var prefix = String.UnicodeScalarView()
                prefix.append(contentsOf: scalars[..<length])
                _ = try Self.reason(String(prefix))
            }
        }
    }

    @Test func templatesWithPiecesMissingOrDoubledEndWell() throws {
        var random = SystemSequence(state: 20_261_125)
        for source in try Self.sources() {
            let pieces = Self.pieces(source)
            for _ in 0..<40 {
                var changed = pieces
                for _ in 0..<1 + random.below(3) where !changed.isEmpty {
                    let place = random.below(changed.count)
                    switch random.below(3) {
                    case 0: changed.remove(at: place)
                    case 1: changed.insert(pieces[random.below(pieces.count)], at: place)
                    default: changed.swapAt(place, random.below(changed.count))
                    }
                }
                _ = try Self.reason(changed.joined())
            }
        }
    }

    /// Words, and every other character alone.
    private static func pieces(_ source: String) -> [String] {
        var pieces: [String] = []
        for character in source {
            if character.isLetter, let last = pieces.last?.last, last.isLetter {
                pieces[pieces.count - 1].append(character)
            } else {
                pieces.append(String(character))
            }
        }
        return pieces
    }

    /// A small generator of its own, so that a failure can be repeated.
    private struct SystemSequence {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    // MARK: Limits

    private static let nested: [String] = {
        let levels = 5000
        func repeated(_ text: String) -> String { String(repeating: text, count: levels) }
        return [
            "{{ " + repeated("(") + "1" + repeated(")") + " }}",
            "{{ " + repeated("[") + repeated("]") + " }}",
            "{{ " + repeated("{'a':") + "1" + repeated("}") + " }}",
            "{{ " + repeated("not ") + "1 }}",
            "{{ " + repeated("-") + "1 }}",
            "{{ " + repeated("1 if 1 else ") + "1 }}",
            "{{ 1 is " + repeated("eq ") + "1 }}",
            "{{ a" + repeated("[a") + repeated("]") + " }}",
            "{{ a" + repeated("(a") + repeated(")") + " }}",
            repeated("{% if 1 %}") + repeated("{% endif %}"),
            repeated("{% for a in b %}") + repeated("{% endfor %}"),
            repeated("{% macro a() %}") + repeated("{% endmacro %}"),
            "{% set " + repeated("(") + "a" + repeated(")") + " = 1 %}",
        ]
    }()

    @Test(arguments: nested) func deepNestingIsAnError(source: String) throws {
        switch try Self.reason(source) {
        case .limitExceeded(.nesting, _), .unexpected: break
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    /// What only chains is no deeper for it.
    @Test(arguments: [" + 1", " ~ 1", " and 1", " or 0", " == 1", "|string", ".a", " * 1", "[0]"])
    func longChainsAreNoNesting(link: String) throws {
        let reason = try Self.reason("{{ 1" + String(repeating: link, count: 5000) + " }}")
        if case .limitExceeded? = reason { Issue.record("\(reason as Any)") }
    }

    private static let endless: [(source: String, kind: RenderingLimits.Kind)] = [
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", .nesting),
        ("{% macro f(a) %}{{ f([a]) }}{% endmacro %}{{ f(1) }}", .nesting),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", .steps),
        ("{% for a in range(100001) %}{% endfor %}", .listLength),
        ("{% for a in range(9223372036854775807) %}{% endfor %}", .listLength),
        ("{{ 'x' * 9999999999 }}", .textLength),
        ("{{ [1] * 9999999999 }}", .listLength),
        ("{% set n = namespace(t='ab') %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}", .textLength),
        (
            "{% set n = namespace(t='a' * 99999) %}{% for a in range(999) %}{{ n.t.replace('a', n.t) }}{% endfor %}",
            .textLength
        ),
        ("{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}", .listLength),
        ("{% set n = namespace(l=[]) %}{% for a in range(999) %}{% set n.l = [n.l] %}{% endfor %}", .valueNesting),
        ("{% set n = namespace(l={}) %}{% for a in range(999) %}{% set n.l = {1: n.l} %}{% endfor %}", .valueNesting),
        ("{% for a in range(999) %}{{ 'x' * 9999 }}{% endfor %}", .textLength),
        (
            "{% set a = 'x' * 200000 %}{% for b in range(9999) %}{{ 'y' in a }}{{ a == a ~ '' }}{% endfor %}",
            .steps
        ),
    ]

    @Test(arguments: endless.indices) func whatWouldNotEndIsStopped(index: Int) throws {
        let (source, kind) = Self.endless[index]
        // A twentieth of what is allowed, since these tests run without optimisation.
        var limits = RenderingLimits()
        limits.steps /= 20
        limits.textLength /= 20
        let reason = try Self.reason(source, limits: limits)
        guard case .limitExceeded(kind, _)? = reason else {
            Issue.record("\(source): \(String(describing: reason))")
            return
        }
    }

    @Test func namespacesCannotHoldEachOther() throws {
        for source in [
            "{% set a = namespace() %}{% set a.b = a %}", "{% set a = [namespace()] %}",
            "{% macro m() %}{% endmacro %}{% set a = {'m': m} %}", "{% set a = namespace() %}{% set a.__x = 1 %}",
        ] {
            guard case .invalidOperation? = try Self.reason(source) else {
                Issue.record("\(source): \(String(describing: try Self.reason(source)))")
                continue
            }
        }
    }

    // MARK: Messages

    @Test func whatIsNotKnownIsNamedWithItsPlace() throws {
        func error(_ source: String) throws -> String {
            do {
                _ = try ChatTemplate(source, name: "t.jinja").render(Self.messages)
                return ""
            } catch let error as ChatTemplateError {
                return error.description
            }
        }
        let wayRound = "take another template with --chat-template FILE|NAME"
        #expect(
            try error("line\n  {{ messages | xmlattr }}")
                == "t.jinja:2:17: the filter 'xmlattr' is not known here; \(wayRound)")
        // Where nobody comes it disturbs nobody; Jinja, too, leaves it there.
        #expect(try error("{% if false %}{{ 1 | xmlattr }}{% endif %}") == "")
        #expect(try error("{% if true %}{{ 1 | xmlattr }}{% endif %}").hasPrefix("t.jinja:1:21: the filter 'xmlattr'"))
        #expect(
            try error("{% include 'x' %}") == "t.jinja:1:4: the statement 'include' is not known here; \(wayRound)")
        #expect(try error("{{ 1 is prime }}") == "t.jinja:1:9: the test 'prime' is not known here; \(wayRound)")
        #expect(
            try error("{% if 1 %}")
                == "t.jinja:1:11: the end of the template stands where '{% elif %}' or '{% else %}' or '{% endif %}' was "
                + "expected; \(wayRound)")
        #expect(
            try error("{{ x.y }}") == "t.jinja:1:5: 'x' is undefined, but something is done with it; \(wayRound)")
        #expect(
            try error("{{ raise_exception('No\nway') }}")
                == "t.jinja:1:19: the template refuses the conversation: No\\nway")
        #expect(try error("{{ [].append(1) }}").contains("'append' would change a value"))
        #expect(try error("{{ strftime_now('%Q') }}").contains("strftime_now does not know '%Q'"))
    }

    @Test(arguments: [
        "{{", "{%", "{#", "{{ 'a", "{{ (", "{% raw %}", "{% break %}", "{{ 1 + }}", "{{ a. }}", "{% end %}", "}}",
        "{{ 99999999999999999999 }}", "{{ '\\ud800' }}", "{% set true = 1 %}",
    ])
    func whatIsNoTemplateIsAnError(source: String) throws {
        let reason = try Self.reason(source)
        if source == "}}" {
            #expect(reason == nil)
        } else {
            guard case .unexpected? = reason else {
                Issue.record("\(String(describing: reason))")
                return
            }
        }
    }
}
