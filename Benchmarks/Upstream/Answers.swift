// What the benchmark's MCP server says, in both eras: fixed results around the request's id.

enum Answers {
    private static let call = Array(
        #"""
        {"content":[{"type":"text","text":"Ticket T-1001: the printer on the third floor prints \#
        only the first page. Opened by customer C-17, priority normal."}],"isError":false,\#
        "resultType":"complete"}
        """#.utf8)
    private static let list = Array(
        #"""
        {"tools":[{"name":"get_ticket","description":"One ticket of the support desk.",\#
        "inputSchema":{"type":"object","properties":{"ticket_id":{"type":"string"},\#
        "amount":{"type":"number"},"note":{"type":"string"}},"required":["ticket_id"]}}],\#
        "resultType":"complete","ttlMs":0,"cacheScope":"private"}
        """#.utf8)
    private static let discover = Array(
        #"""
        {"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},\#
        "serverInfo":{"name":"bench-upstream","version":"1"},"resultType":"complete",\#
        "ttlMs":0,"cacheScope":"private"}
        """#.utf8)
    private static let initialize = Array(
        #"""
        {"protocolVersion":"2025-06-18","capabilities":{"tools":{}},\#
        "serverInfo":{"name":"bench-upstream","version":"1"}}
        """#.utf8)
    private static let head = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ".utf8)
    private static let accepted = Array("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".utf8)
    private static let onlyPost = Array(
        "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n".utf8)
    private static let unknown = Array(
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8)
    private static let opening = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
    private static let middle = Array(#","result":"#.utf8)

    static func append(to output: inout [UInt8], _ request: RequestText) {
        guard request.isPost else { return output += onlyPost }
        guard !request.id.isEmpty else { return output += accepted }
        let result: [UInt8]
        if request.method.elementsEqual(#""tools/call""#.utf8) {
            result = call
        } else if request.method.elementsEqual(#""tools/list""#.utf8) {
            result = list
        } else if request.method.elementsEqual(#""server/discover""#.utf8) {
            result = discover
        } else if request.method.elementsEqual(#""initialize""#.utf8) {
            result = initialize
        } else {
            return output += unknown
        }
        let size = opening.count + request.id.count + middle.count + result.count + 1
        output += head
        output += "\(size)\r\n\r\n".utf8
        output += opening
        output += request.id
        output += middle
        output += result
        output.append(UInt8(ascii: "}"))
    }
}
