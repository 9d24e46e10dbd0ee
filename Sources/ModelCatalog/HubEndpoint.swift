public import Foundation

/// A hub that speaks Hugging Face's protocol: its address, and the token of an account there.
public struct HubEndpoint: Sendable, Equatable {
    public let address: URL
    let token: String?

    /// - Throws: ``DownloadError/invalidEndpoint(_:)`` unless the address is an http or https one with a host.
    public init(address text: String, token: String? = nil) throws(DownloadError) {
        guard let address = URL(string: text), let scheme = address.scheme?.lowercased(),
            ["http", "https"].contains(scheme), address.host?.isEmpty == false
        else { throw .invalidEndpoint(text) }
        self.address = address
        self.token = token
    }

    /// `HF_ENDPOINT`, or the public hub, and `HF_TOKEN`.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(DownloadError) {
        func value(_ name: String) -> String? {
            environment[name].map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.flatMap {
                $0.isEmpty ? nil : $0
            }
        }
        try self.init(address: value("HF_ENDPOINT") ?? "https://huggingface.co", token: value("HF_TOKEN"))
    }

    /// Where a file of a repository is asked for.
    func address(of path: String, in repository: String, revision: String) -> URL {
        address(below: "\(repository)/resolve/\(revision)/\(path)")
    }

    /// The address of something below this one.
    func address(below path: String) -> URL {
        var url = address
        for part in path.split(separator: "/") { url.appendPathComponent(String(part)) }
        return url
    }

    /// The token to send to `url`: none to another host, port or scheme, where a redirect may lead.
    func token(for url: URL) -> String? {
        func port(_ url: URL) -> Int { url.port ?? (url.scheme?.lowercased() == "https" ? 443 : 80) }
        let isSame =
            url.host?.lowercased() == address.host?.lowercased() && port(url) == port(address)
            && url.scheme?.lowercased() == address.scheme?.lowercased()
        return isSame ? token : nil
    }
}
