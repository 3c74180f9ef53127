"""A support desk written with the MCP SDK, either generation: the real upstream of these tests.

usage: desk.py PORT RECORD [--json]. Every HTTP request that reaches it is appended to RECORD as one
JSON line (method, headers, body) before it is handled, so that a test knows what the upstream saw.
"""

import json
import sys

import anyio
import uvicorn

try:
    from mcp.server.mcpserver import Context, MCPServer

    def make(as_json):
        server = MCPServer("desk")
        return server, lambda: server.streamable_http_app(json_response=as_json)
except ImportError:
    from mcp.server.fastmcp import Context, FastMCP

    def make(as_json):
        server = FastMCP("desk", json_response=as_json)
        return server, server.streamable_http_app


def recording(app, path):
    """An ASGI wrapper that notes each request, its body included, and hands it on."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        with open(path, "a") as file:
            file.write(json.dumps({
                "method": scope["method"],
                "headers": [[k.decode(), v.decode()] for k, v in scope["headers"]],
                "body": body.decode()}) + "\n")
        given = False

        async def replay():
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, replay, send)

    return wrapped


def main(port, record, as_json):
    server, app = make(as_json)

    @server.tool()
    def get_ticket(ticket_id: str) -> dict:
        """Reads one ticket."""
        return {"ticket_id": ticket_id, "status": "open"}

    @server.tool()
    def create_refund(order_id: str, amount: float) -> str:
        """Refunds part of an order."""
        return f"refunded {amount} of {order_id}"

    @server.tool()
    def update_ticket(ticket_id: str) -> str:
        """Touches a ticket."""
        return f"updated {ticket_id}"

    @server.tool()
    def delete_customer(customer_id: str) -> str:
        """Removes a customer for good."""
        return f"deleted {customer_id}"

    @server.tool()
    async def slow_export(steps: int, ctx: Context) -> str:
        """Works in steps and says how far it is."""
        for step in range(steps):
            await ctx.report_progress(step + 1, steps)
            await anyio.sleep(0.02)
        return "exported"

    uvicorn.run(recording(app(), record), host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "--json" in sys.argv[3:])
