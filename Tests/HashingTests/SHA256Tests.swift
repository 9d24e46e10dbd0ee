import Foundation
import Hashing
import Testing

@Suite struct SHA256Tests {
    /// FIPS 180-4's published examples and the empty message.
    @Test(
        "published vectors",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                    + "mnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func publishedVectors(message: String, digest: String) {
        #expect(SHA256.hash(Array(message.utf8)).hexadecimal == digest)
    }

    @Test("a million times the letter a, in uneven pieces") func longMessage() {
        var hash = SHA256()
        var rest = 1_000_000
        var size = 1
        while rest > 0 {
            let count = min(size, rest)
            hash.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
            rest -= count
            size = size * 7 % 30_011 + 1
        }
        #expect(
            hash.finalized().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("every split of a message around the block size gives the same hash") func splits() {
        let message = (0..<200).map { UInt8($0) }
        for count in [55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
            let whole = SHA256.hash(message[..<count])
            for cut in 0...count {
                var hash = SHA256()
                hash.update(message[..<cut])
                hash.update(message[cut..<count])
                #expect(hash.finalized() == whole)
            }
        }
    }

    @Test("taking the hash does not disturb feeding on") func intermediateHash() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        _ = hash.finalized()
        hash.update(Array("c".utf8))
        #expect(hash.finalized() == SHA256.hash(Array("abc".utf8)))
    }

    @Test("digests read back from their digits, and only from those") func hexadecimal() {
        let digest = SHA256.hash(Array("abc".utf8))
        #expect(SHA256Digest(hexadecimal: digest.hexadecimal) == digest)
        #expect(SHA256Digest(hexadecimal: digest.hexadecimal.uppercased()) == digest)
        #expect(SHA256Digest(hexadecimal: digest.hexadecimal.dropLast()) == nil)
        #expect(SHA256Digest(hexadecimal: "g" + digest.hexadecimal.dropFirst()) == nil)
        #expect(digest.bytes.count == 32)
        #expect(digest.bytes.first == 0xba)
    }

    @Test("a file's hash is that of its bytes") func files() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hashing-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let bytes = (0..<600_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: file)
        #expect(try SHA256.hash(contentsOfFile: file.path) == SHA256.hash(bytes))
    }

    @Test("files that cannot be read are named") func unreadableFiles() {
        let missing = "/nonexistent/file"
        #expect(throws: FileHashingError.self) { try SHA256.hash(contentsOfFile: missing) }
        do {
            _ = try SHA256.hash(contentsOfFile: missing)
        } catch {
            #expect(error.path == missing)
            #expect(error.code == ENOENT)
        }
        #expect(throws: FileHashingError.self) { try SHA256.hash(contentsOfFile: "/") }
    }
}
