import Testing

@testable import Tokenizers

@Suite("Decoding")
struct DecodingTests {
    @Test("broken UTF-8 becomes what Hugging Face tokenizers makes of it")
    func decodings() throws {
        let tokenizer = try Fixture.plainTokenizer()
        #expect(Fixture.variants.decodings.count == 150)
        for decoding in Fixture.variants.decodings {
            #expect(tokenizer.decode(decoding.ids).unicodeScalars.elementsEqual(decoding.text.unicodeScalars))
            #expect(
                tokenizer.decode(decoding.ids, skippingSpecial: true).unicodeScalars
                    .elementsEqual(decoding.withoutSpecial.unicodeScalars))
        }
    }

    @Test("pieces of a stream are whole characters, and together the whole text")
    func streaming() throws {
        let tokenizer = try Fixture.plainTokenizer()
        for decoding in Fixture.variants.decodings {
            for skipping in [false, true] {
                var decoder = StreamingDecoder(tokenizer, skippingSpecial: skipping)
                var text = decoding.ids.map { decoder.append($0) }.joined()
                text += decoder.finish()
                let whole = skipping ? decoding.withoutSpecial : decoding.text
                #expect(text.unicodeScalars.elementsEqual(whole.unicodeScalars), "\(decoding.ids)")
            }
        }
        for text in Fixture.variants.texts where !text.contains("\u{FFFD}") {
            var decoder = StreamingDecoder(tokenizer)
            var pieces = try tokenizer.encode(text).map { decoder.append($0) }
            #expect(decoder.finish() == "")
            #expect(pieces.allSatisfy { !$0.unicodeScalars.contains("\u{FFFD}") })
            pieces.removeAll(where: \.isEmpty)
            #expect(pieces.joined().utf8.elementsEqual(text.utf8))
        }
    }

    @Test(
        "every sequence of up to four bytes that begins like a character",
        arguments: [0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF1, 0xF4, 0xF5])
    func bytes(_ lead: UInt8) throws {
        let tokenizer = try Fixture.plainTokenizer()
        let idOfByte = try (0...255).map { (byte: UInt8) in
            try #require(tokenizer.id(of: String(decoding: ByteLevelAlphabet.token(for: [byte]), as: UTF8.self)))
        }
        let following: [UInt8] = [0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE1, 0xFF]
        for second in following {
            for third in following {
                for fourth in following {
                    let bytes = [lead, second, third, fourth]
                    var decoder = StreamingDecoder(tokenizer)
                    var text = bytes.map { decoder.append(idOfByte[Int($0)]) }.joined()
                    text += decoder.finish()
                    #expect(text.unicodeScalars.elementsEqual(String(decoding: bytes, as: UTF8.self).unicodeScalars))
                    #expect(tokenizer.bytes(of: bytes.map { idOfByte[Int($0)] }) == bytes)
                }
            }
        }
    }

    @Test("single tokens and unknown ids")
    func tokens() throws {
        let tokenizer = try Fixture.plainTokenizer()
        #expect(tokenizer.vocabularySize == 701)
        #expect(tokenizer.id(of: "<|endoftext|>") == 700)
        #expect(tokenizer.text(of: 700) == "<|endoftext|>")
        #expect(tokenizer.isSpecial(700))
        #expect(!tokenizer.isSpecial(0))
        #expect(!tokenizer.isSpecial(-1))
        let the = try #require(tokenizer.id(of: "Ġthe"))
        #expect(tokenizer.text(of: the) == " the")
        #expect(tokenizer.bytes(of: the) == Array(" the".utf8))
        #expect(tokenizer.id(of: "no such token") == nil)
        for id in [-1, 701, .max, .min] {
            #expect(tokenizer.text(of: id) == nil)
            #expect(tokenizer.decode([id]) == "")
        }
        #expect(tokenizer.decode([the, 700, the]) == " the<|endoftext|> the")
        #expect(tokenizer.decode([the, 700, the], skippingSpecial: true) == " the the")
    }

    @Test("the alphabet of bytes goes both ways")
    func alphabet() {
        let bytes = (0...255).map { UInt8($0) }
        let token = ByteLevelAlphabet.token(for: bytes)
        #expect(String(validating: token, as: UTF8.self) != nil)
        var back: [UInt8] = []
        token.withUnsafeBufferPointer { ByteLevelAlphabet.appendBytes(of: $0, to: &back) }
        #expect(back == bytes)
        #expect(String(decoding: ByteLevelAlphabet.token(for: Array(" \n".utf8)), as: UTF8.self) == "ĠĊ")
        // A character outside the alphabet: the token stands for itself.
        var special: [UInt8] = [1]
        Array("é日".utf8).withUnsafeBufferPointer { ByteLevelAlphabet.appendBytes(of: $0, to: &special) }
        #expect(special == [1] + Array("é日".utf8))
    }
}
