public import Core

/// Reads an event stream as a state machine over any pieces (WHATWG HTML, section 9.2.6): CR, LF
/// and CRLF end lines, a byte order mark at the start is dropped, comments are skipped, an id with
/// NUL is ignored, an event without an empty line after it is discarded.
public struct SSEParser: Sendable {
    private let eventBytesMax: Int
    private var line: [UInt8] = []
    private var lastWasCR = false
    private var isFirstLine = true
    private var lastID: String?
    private var pendingID: String?
    private var event: String?
    private var data: [UInt8] = []
    private var hasData = false
    private var retry: Int?

    /// `eventBytesMax` bounds the data of one event and the length of one line.
    public init(eventBytesMax: Int = Limits.sseEventBytesMax) {
        self.eventBytesMax = eventBytesMax
    }

    /// The last event id of the stream, for `Last-Event-ID`.
    public var lastEventID: String? { lastID }

    /// Takes bytes and answers the events that they complete. Throws `tooLarge` above the limit;
    /// the stream is then beyond use.
    public mutating func feed(_ bytes: [UInt8]) throws(Failure) -> [SSEEvent] {
        var events: [SSEEvent] = []
        var start = 0
        if lastWasCR, bytes.first == .lf { start = 1 }
        if !bytes.isEmpty { lastWasCR = false }
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == .lf || byte == .cr else {
                index += 1
                continue
            }
            try append(bytes[start..<index])
            if let event = try endLine() { events.append(event) }
            index += 1
            if byte == .cr {
                if index == bytes.count {
                    lastWasCR = true
                } else if bytes[index] == .lf {
                    index += 1
                }
            }
            start = index
        }
        try append(bytes[start...])
        return events
    }

    private mutating func append(_ part: ArraySlice<UInt8>) throws(Failure) {
        guard line.count + part.count <= eventBytesMax else { throw tooLarge }
        line += part
    }

    /// Acts on the collected line; answers an event when it was the empty one.
    private mutating func endLine() throws(Failure) -> SSEEvent? {
        defer {
            line.removeAll(keepingCapacity: true)
            isFirstLine = false
        }
        var text = line[...]
        if isFirstLine, text.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) {
            text = text.dropFirst(3)
        }
        if text.isEmpty { return dispatch() }
        let mark = text.firstIndex(of: .colon)
        if mark == text.startIndex { return nil }
        let name = text[..<(mark ?? text.endIndex)]
        var value = mark.map { text[($0 + 1)...] } ?? []
        if value.first == .space { value = value.dropFirst() }
        try take(name, value)
        return nil
    }

    private mutating func take(
        _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>
    ) throws(Failure) {
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < eventBytesMax else { throw tooLarge }
            if hasData { data.append(.lf) }
            data += value
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            event = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual("id".utf8) {
            if !value.contains(0) { pendingID = String(decoding: value, as: UTF8.self) }
        } else if name.elementsEqual("retry".utf8) {
            if !value.isEmpty, value.count <= 9, value.allSatisfy(\.isDigit) {
                retry = value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            }
        }
    }

    /// An event with data; an empty data buffer dispatches nothing (but one empty data line does).
    private mutating func dispatch() -> SSEEvent? {
        defer {
            event = nil
            data = []
            hasData = false
            retry = nil
        }
        lastID = pendingID
        guard hasData else { return nil }
        let type = event.flatMap { $0.utf8.isEmpty ? nil : $0 }
        return SSEEvent(id: lastID, event: type, data: data, retry: retry)
    }

    private var tooLarge: Failure {
        Failure(.tooLarge, "a server-sent event exceeds \(eventBytesMax) bytes")
    }
}
