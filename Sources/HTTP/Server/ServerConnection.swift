internal import Core
internal import Reactor

/// One client's connection: reads requests in order, hands each to the handler, writes the
/// response, and rests in between without a task or a buffer.
// SAFETY: used on its reactor's thread only.
final class ServerConnection: @unchecked Sendable {
    enum List { case none, idle, busy }

    let stream: ByteStream
    let shard: ServerShard

    // Owned by the shard's lists.
    var list = List.none
    var idleSince: UInt32 = 0
    // SAFETY: set by the list, which owns the connection before this one.
    unowned(unsafe) var previous: ServerConnection?
    var next: ServerConnection?

    init(_ stream: ByteStream, _ shard: ServerShard) {
        self.stream = stream
        self.shard = shard
    }

    /// Rests until bytes arrive.
    func listen() {
        stream.onReadable { self.wake() }
    }

    private func wake() {
        guard list == .idle else { return }
        shard.listAsBusy(self)
        shard.reactor.run { await self.serve() }
    }

    /// Serves requests until none comes for a moment, then rests; or closes.
    private func serve() async {
        do throws(Failure) {
            while true {
                let keep = try await serveBurst()
                guard keep else { return shard.close(self) }
                guard try await linger() else { return shard.rest(self) }
            }
        } catch {
            // What the client has of a response may be a part: it must not look like a whole.
            shard.close(self, abort: true)
        }
    }

    /// Serves the requests whose bytes are there. False when the connection is to be closed.
    private func serveBurst() async throws(Failure) -> Bool {
        let buffer = shard.buffers.take()
        defer { shard.buffers.give(buffer) }
        while true {
            guard try await serveOne(buffer) else { return false }
            if !buffer.isEmpty { continue }
            // A look before resting: over TLS, or after a full buffer, more may be there.
            let found = try fill(buffer)
            if found != .some { return found == .none }
        }
    }

    /// A client in conversation sends its next request soon: waiting for it with the task at hand
    /// costs less than a new task. A task holds some kilobytes, so only so many wait like this.
    /// False when no request came.
    private func linger() async throws(Failure) -> Bool {
        if shard.isDraining || shard.lingering >= Self.lingeringMax { return false }
        shard.lingering += 1
        defer { shard.lingering -= 1 }
        shard.listAsIdle(self)
        let limit = shard.reactor.turnNanoseconds + Self.lingerNanoseconds
        do throws(Failure) {
            try await stream.waitReadable(deadlineNanoseconds: limit)
        } catch {
            // Closed meanwhile: by the sweep or by a drain.
            if list == .none { return false }
            shard.listAsBusy(self)
            if error.code == .timeout { return false }
            throw error
        }
        shard.listAsBusy(self)
        return true
    }

    private static let lingerNanoseconds: UInt64 = 100_000_000
    private static let lingeringMax = 128

    /// Reads one request and answers it. False when the connection is to be closed.
    private func serveOne(_ buffer: ByteBuffer) async throws(Failure) -> Bool {
        let head: RequestHead
        switch try await readHead(buffer) {
        case .head(let read): head = read
        case .nothing: return true
        case .ended: return false
        case .refused(let status, let reason):
            try await refuse(status, reason, buffer)
            return false
        }
        let exchange = ServerExchange(self, head, buffer)
        defer { exchange.end() }
        let response = await shard.handler(exchange.makeRequest())
        return try await exchange.answer(response)
    }

    // MARK: reading

    private enum HeadResult {
        case head(RequestHead)
        /// Not one byte: go back to rest.
        case nothing
        /// The client closed.
        case ended
        case refused(Int, String)
    }

    private func readHead(_ buffer: ByteBuffer) async throws(Failure) -> HeadResult {
        var parser = RequestParser(limits: shard.configuration.codec)
        var deadline: UInt64?
        while true {
            if !buffer.isEmpty {
                do throws(CodecError) {
                    if let head = try parser.parse(buffer.bytes.span) {
                        buffer.consume(head.byteCount)
                        return .head(head)
                    }
                } catch {
                    return .refused(error.status, error.reason)
                }
            }
            switch try fill(buffer) {
            case .some: continue
            case .end: return .ended
            case .none: break
            }
            if buffer.isEmpty { return .nothing }
            let limit =
                deadline ?? (shard.reactor.turnNanoseconds + shard.configuration.headNanoseconds)
            deadline = limit
            do throws(Failure) {
                try await stream.waitReadable(deadlineNanoseconds: limit)
            } catch  where error.code == .timeout {
                return .refused(408, "the request's head did not arrive in time")
            }
        }
    }

    enum Fill { case some, none, end }

    /// Reads once what is there.
    func fill(_ buffer: ByteBuffer) throws(Failure) -> Fill {
        buffer.reserve(1)
        if buffer.writable.count < 2048 { buffer.reserve(4096) }
        switch try stream.read(into: buffer.writable) {
        case .bytes(let count):
            buffer.produced(count)
            return .some
        case .wouldBlock: return .none
        case .end: return .end
        }
    }

    // MARK: writing

    /// Writes all of the buffer. Throws `timeout` when the client takes nothing for too long.
    func send(_ out: ByteBuffer) async throws(Failure) {
        while try !sendNow(out) { try await waitWritable() }
    }

    /// Writes what fits; whether that was all.
    func sendNow(_ out: ByteBuffer) throws(Failure) -> Bool {
        if out.isEmpty { return true }
        out.consume(try stream.write(out.readable))
        return out.isEmpty
    }

    /// Writes all bytes from `start`.
    func send(_ bytes: [UInt8], from start: Int = 0) async throws(Failure) {
        var done = start
        while done < bytes.count {
            done += try bytes.withUnsafeBufferPointer { (all) throws(Failure) in
                try stream.write(
                    UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[done...])))
            }
            if done < bytes.count { try await waitWritable() }
        }
    }

    private func waitWritable() async throws(Failure) {
        let limit = shard.reactor.turnNanoseconds + shard.configuration.writeStallNanoseconds
        try await stream.waitWritable(deadlineNanoseconds: limit)
    }

    /// Answers what is not a request, and closes.
    private func refuse(
        _ status: Int, _ reason: String, _ buffer: ByteBuffer
    ) async throws(Failure) {
        let out = shard.buffers.take()
        defer { shard.buffers.give(out) }
        let body = Array((reason + "\n").utf8)
        HeadEncoder.response(
            status: status, headers: ["Content-Type": "text/plain; charset=utf-8"],
            framing: .length(body.count), keepAlive: false, version: .http11,
            date: shard.dateBytes(), into: out)
        out.append(body)
        try await send(out)
        await drop(buffer)
    }

    /// Says that nothing more comes, then reads and drops what the client still sends, for a
    /// moment: closing at once would reset the connection and could take the response with it.
    func drop(_ buffer: ByteBuffer) async {
        stream.closeWrite()
        let limit = shard.reactor.turnNanoseconds + 1_000_000_000
        var left = 1024 * 1024
        do throws(Failure) {
            while left > 0 {
                buffer.removeAll()
                switch try fill(buffer) {
                case .some: left -= buffer.count
                case .none: try await stream.waitReadable(deadlineNanoseconds: limit)
                case .end: return
                }
            }
        } catch {
            // The connection is closed next in any case.
        }
    }
}
