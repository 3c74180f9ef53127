// One keep-alive connection: read, answer, wait for more. No task, one buffer each way.
import Core
import Reactor

// SAFETY: used on its stream's reactor only.
final class Connection: @unchecked Sendable {
    private let stream: ByteStream
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    init(_ stream: ByteStream) {
        self.stream = stream
    }

    /// Answers whatever is there, then waits. Calls itself again through the stream's callback,
    /// which keeps the connection alive.
    func pump() {
        do {
            while true {
                let result = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
                guard case .bytes(let count) = result else {
                    if result == .end { return stream.close() }
                    break
                }
                input.append(contentsOf: buffer[..<count])
                try answer()
            }
            stream.onReadable { self.pump() }
        } catch {
            stream.close()
        }
    }

    private func answer() throws {
        var start = 0
        while let request = RequestText(input, from: start) {
            Answers.append(to: &output, request)
            start = request.end
        }
        if start == input.count { input.removeAll(keepingCapacity: true) }
        if start > 0, !input.isEmpty { input.removeFirst(start) }
        let written = try output.withUnsafeBytes { try stream.write($0) }
        // Answers are small beside a socket's buffer: a peer that reads nothing is let go.
        guard written == output.count else { return stream.close() }
        output.removeAll(keepingCapacity: true)
    }
}
