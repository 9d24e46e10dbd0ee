import Dispatch
import Foundation
import Synchronization

/// Ctrl-C for a program that goes on afterwards: whoever is at work is told, and decides what that means. A request to
/// terminate ends the process, after `beforeEnd`.
public final class InterruptionListener: Sendable {
    private let handler = Mutex<(@Sendable () -> Void)?>(nil)
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// - Parameter beforeEnd: what is left to do where SIGTERM comes.
    public init(beforeEnd: @escaping @Sendable () -> Void = {}) {
        let queue = DispatchQueue(label: "interruption")
        // The sources see signals only where these do not end the process first.
        for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
        sources.withLock { sources in
            let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: queue)
            interrupt.setEventHandler { [weak self] in self?.handler.withLock { $0 }?() }
            interrupt.resume()
            let terminate = DispatchSource.makeSignalSource(signal: SIGTERM, queue: queue)
            terminate.setEventHandler {
                beforeEnd()
                _exit(128 + SIGTERM)
            }
            terminate.resume()
            sources = [interrupt, terminate]
        }
    }

    deinit {
        sources.withLock { for source in $0 { source.cancel() } }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// What Ctrl-C does from now on.
    public func onInterrupt(_ body: @escaping @Sendable () -> Void) { handler.withLock { $0 = body } }
}
