import Testing

@testable import Datasets

@Suite struct XMLParserTests {
    private func parse(_ text: String) throws(XMLError) -> XMLElement { try XMLParser.parse(Array(text.utf8)) }

    @Test func elementsTextAndEntities() throws {
        let root = try parse(
            """
            \u{FEFF}<?xml version="1.0" encoding="utf-8"?>
            <!-- made by hand -->
            <a kind="x &amp; y" other='<'
               >
              one <b/> two<![CDATA[ <raw> & ]]>
              <c.d>&lt;&#65;&#x1F600;&gt;&amp;&apos;&quot;é</c.d >
            </a>
            <?end?>
            """.replacing("other='<'", with: "other='>'"))
        #expect(root.name == "a" && root.line == 3)
        #expect(root.text == "one  two <raw> &")
        #expect(root.children.map(\.name) == ["b", "c.d"] && root["c.d"]?.text == "<A😀>&'\"é")
        #expect(root["c.d"]?.line == 6 && root["none"] == nil)
    }

    @Test func faultsAreRefused() throws {
        let deep = String(repeating: "<a>", count: XMLParser.depthLimit + 1)
        let bad: [(String, XMLFault, line: Int)] = [
            ("", .unexpectedEnd, 1), ("<a>", .unexpectedEnd, 1), ("<a>\n</b>", .wrongEndTag("b", open: "a"), 2),
            ("<a/>\n<b/>", .expected("the end"), 2), ("text", .expected("a tag"), 1), ("<a b>", .expected("'='"), 1),
            ("<a b=c/>", .expected("a quote"), 1), ("<a b='<'/>", .expected("a closing quote"), 1),
            ("<a>&b;</a>", .unknownEntity("b"), 1), ("<a>&#0;</a>", .invalidCharacter, 1),
            ("<a>&#xD800;</a>", .invalidCharacter, 1), ("<a>&#+65;</a>", .invalidCharacter, 1),
            ("<a>\u{1}</a>", .invalidCharacter, 1), (deep, .tooDeep(limit: XMLParser.depthLimit), 1),
            ("<a><!-- </a>", .unexpectedEnd, 1), ("<a>& b</a>", .expected("';' behind the name of an entity"), 1),
            ("<1/>", .expected("a name"), 1), ("<a", .unexpectedEnd, 1), ("<a b='", .unexpectedEnd, 1),
            ("<a x='1'y='2'/>", .expected("'>'"), 1),
        ]
        for (text, fault, line) in bad {
            #expect(throws: XMLError(fault: fault, line: line), "\(text)") { try parse(text) }
        }
        #expect(throws: XMLError(fault: .notUTF8, line: 1)) {
            try XMLParser.parse(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8))
        }
    }

    /// Entities that would grow a thousandfold, and one that names a file: neither is looked at.
    @Test func bombsAreRefused() throws {
        let bomb = """
            <?xml version="1.0"?>
            <!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;"><!ENTITY z SYSTEM "file:///etc/passwd">]>
            <a>&y;&z;</a>
            """
        #expect(throws: XMLError(fault: .documentType, line: 2)) { try parse(bomb) }
        let wide = "<a>" + String(repeating: "<b/>", count: XMLParser.elementLimit) + "</a>"
        #expect(throws: XMLError(fault: .tooManyElements(limit: XMLParser.elementLimit), line: 1)) { try parse(wide) }
    }
}
