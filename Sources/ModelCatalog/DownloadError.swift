/// Why a file could not be fetched.
public enum DownloadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `HF_ENDPOINT` is not an http or https address.
    case invalidEndpoint(String)
    /// The host could not be reached, or the connection broke.
    case connection(url: String, reason: String)
    case unknownHost(url: String)
    case notFound(url: String)
    /// 401 or 403.
    case refused(url: String, status: Int, hadToken: Bool)
    case status(url: String, status: Int)
    case tooManyRedirects(url: String, limit: Int)
    /// A redirect without a usable address.
    case invalidRedirect(url: String, location: String)
    /// A web page came in place of the file: a login page of the network, for one.
    case webPage(url: String)
    /// The body ended early.
    case truncated(url: String, expected: Int, received: Int)
    /// The body went on past its announced end.
    case tooLong(url: String, expected: Int)
    /// The answer contradicts itself, the request, or an earlier answer.
    case protocolViolation(url: String, problem: String)
    /// The file changed on the hub again and again while it was fetched.
    case keepsChanging(url: String)

    public var description: String {
        switch self {
        case .invalidEndpoint(let text):
            "HF_ENDPOINT is '\(text)'; it should be an address that begins with https:// or http://"
        case .connection(let url, let reason): "cannot fetch \(url): \(reason)"
        case .unknownHost(let url): "cannot fetch \(url): its host cannot be found; is this machine online?"
        case .notFound(let url): "\(url) does not exist (404)"
        case .refused(let url, let status, let hadToken):
            "\(url) was refused (\(status)); "
                + (hadToken
                    ? "the token in HF_TOKEN does not give access to it"
                    : "if the model asks for an account, put its token into HF_TOKEN")
        case .status(let url, let status): "cannot fetch \(url): the server answered with status \(status)"
        case .tooManyRedirects(let url, let limit): "cannot fetch \(url): more than \(limit) redirects"
        case .invalidRedirect(let url, let location): "cannot fetch \(url): redirected to '\(location)'"
        case .webPage(let url):
            "\(url) gave a web page in place of the file; a network that wants a login does this"
        case .truncated(let url, let expected, let received):
            "\(url) ended after \(received) of \(expected) bytes"
        case .tooLong(let url, let expected): "\(url) sent more than the announced \(expected) bytes"
        case .protocolViolation(let url, let problem): "cannot fetch \(url): \(problem)"
        case .keepsChanging(let url): "\(url) changed while it was fetched; try again later"
        }
    }

    /// Whether the same request may succeed a little later.
    var isTransient: Bool {
        switch self {
        case .connection, .truncated: true
        case .status(_, let status): status == 408 || status == 429 || status >= 500
        default: false
        }
    }
}

extension DownloadError {
    var isRefusal: Bool {
        switch self {
        case .refused, .notFound: true
        case .status(_, let status): status == 410
        default: false
        }
    }
}
