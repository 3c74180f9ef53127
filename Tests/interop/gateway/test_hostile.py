"""Valid requests and answers, broken at random: the gateway lives, answers sanely, and forwards
nothing that is not on record or not allowed. The seed is fixed, so a failure can be repeated."""

import collections
import concurrent.futures
import json
import os
import random
import re
import socket
import threading
import time

import pytest
from harness import MODERN, MODERN_META

SEED = int(os.environ.get("HOSTILE_SEED", "20260728"))
SECONDS = float(os.environ.get("HOSTILE_SECONDS", "8"))
WORKERS = 6
TOOLS = ["get_ticket", "create_refund", "update_ticket", "delete_customer", "slow_export"]
NASTY = [b"\x00", b"\xff", b"\r\n", b"\\u0000", b"\\ud800", b'"', b"{}", b"[", b"null", b"-0",
         b"1e400", b"-1", b"9223372036854775808", b"%00", b"%ff", b"=?base64?", b"\xe2\x84\xaa",
         b"0" * 400, b"[" * 70, b" ", b":", b",", b"..", b"*", b"bwg_", b"true", b"\xef\xbb\xbf"]


def answered(body, headers=b""):
    data = json.dumps(body).encode()
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + headers
            + b"Content-Length: %d\r\n\r\n" % len(data) + data)


def streamed(body):
    return (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            b'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n'
            b"id: 7\ndata: " + json.dumps(body).encode() + b"\n\n")


class Hostile:
    """An upstream that answers well until it is told to break its answers."""

    def __init__(self):
        self.random, self.breaks, self.seen = random.Random(SEED), False, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/mcp"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            try:
                self.exchange(connection, reader)
            except OSError:
                pass

    def exchange(self, connection, reader):
        while line := reader.readline():
            length = 0
            while (field := reader.readline()) not in (b"\r\n", b""):
                name, _, value = field.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            body = json.loads(reader.read(length)) if length else {}
            self.seen.append((line.split()[0].decode(), body))
            answer = self.answer(body)
            if self.breaks and self.random.random() < 0.4:
                connection.sendall(mutate(self.random, answer))
                return
            connection.sendall(answer)
            if b"event-stream" in answer:
                return

    def answer(self, body):
        method, result = body.get("method"), {"resultType": "complete"}
        if "id" not in body:
            return b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
        session = b""
        if method == "server/discover":
            result.update(supportedVersions=[MODERN], capabilities={"tools": {}})
        elif method == "initialize":
            result.update(protocolVersion="2025-11-25", capabilities={},
                          serverInfo={"name": "hostile", "version": "1"})
            session = b"Mcp-Session-Id: abc\r\n"
        elif method == "tools/list":
            result["tools"] = [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]
        else:
            result["content"] = [{"type": "text", "text": "done"}]
        message = {"jsonrpc": "2.0", "id": body["id"], "result": result}
        if method == "tools/call" and self.random.random() < 0.3:
            return streamed(message)
        return answered(message, session)


def mutate(rng, data):
    """A few bytes of `data` changed, taken away, doubled, or replaced by what hurts parsers."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((0, 1, 2, 8, 40)))
        match rng.randrange(5):
            case 0: data[at:end] = rng.choice(NASTY)
            case 1: data[at:at] = rng.choice(NASTY)
            case 2: del data[at:end]
            case 3: data[at:at] = data[at:end] * rng.choice((1, 2, 50))
            case 4: data[at:at + 1] = bytes([rng.randrange(256)])
    return bytes(data)


def mcp_seed(rng, slug, token, session):
    """One valid request: start line, headers, body."""
    method = rng.choice(
        ["tools/call"] * 6 + ["tools/list", "server/discover", "initialize", "ping"])
    modern = method == "server/discover" or (method not in ("initialize", "ping")
                                             and rng.random() < 0.5)
    params, name = {}, rng.choice(TOOLS)
    if method == "tools/call":
        params = {"name": name, "arguments": {
            "amount": rng.choice([1, 49.5, 50, 51, 5000, "20", -3]), "order_id": "O-1",
            "nested": {"a": [1, None, True, {"b": "\u00e9\u0000"}]}}}
    elif method == "initialize":
        params = {"protocolVersion": "2025-11-25", "capabilities": {},
                  "clientInfo": {"name": "fuzz", "version": "1"}}
    headers = [(b"Authorization", b"Bearer " + token.encode()),
               (b"Content-Type", b"application/json"),
               (b"Accept", b"application/json, text/event-stream")]
    if modern:
        params["_meta"] = MODERN_META
        headers += [(b"MCP-Protocol-Version", MODERN.encode()), (b"Mcp-Method", method.encode())]
        headers += [(b"Mcp-Name", name.encode())] if method == "tools/call" else []
    else:
        headers.append((b"MCP-Protocol-Version", b"2025-11-25"))
        headers += [(b"Mcp-Session-Id", session)] if rng.random() < 0.5 else []
    verb = rng.choice([b"POST"] * 12 + [b"GET", b"DELETE"])
    identifier = rng.choice([1, "a", 0, -7, "\u0000", 2**70])
    body = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
    return (verb, b"/mcp/acme/" + slug, headers,
            json.dumps(body).encode() if verb == b"POST" else b"")


def rest_seed(rng, identifiers, token):
    noun = rng.choice(["servers", "agents", "policies", "attachments", "grants", "audit/calls",
                       "audit/admin", "api-tokens"])
    path = f"/api/v1/{noun}"
    verb, body = "GET", b""
    if noun in identifiers and rng.random() < 0.5:
        path += f"/{identifiers[noun]}"
        if rng.random() < 0.4:
            verb, body = "PATCH", json.dumps({"name": "renamed", "labels": {"a": "b"}}).encode()
    elif noun in ("agents", "policies", "servers") and rng.random() < 0.4:
        verb = "POST"
        body = json.dumps({
            "agents": {"name": f"fuzz-{rng.randrange(10**9)}", "kind": "agent"},
            "policies": {"name": f"fuzz-{rng.randrange(10**9)}",
                         "document": 'version: "1"\ndefault: deny\ntools: {a: {rules: []}}\n'},
            "servers": {"slug": f"f{rng.randrange(10**9)}", "name": "f",
                        "url": "https://192.0.2.1/",
                        "transport": "streamable_http"}}[noun]).encode()
    else:
        path += "?limit=3&page_token=" + rng.choice(["", "MTIz", identifiers["agents"]])
        path += "&from=2026-01-01T00:00:00Z&decision=deny&tool=x" if "audit" in noun else ""
    return verb.encode(), path.encode(), [
        (b"Authorization", b"Bearer " + token.encode()), (b"Content-Type", b"application/json"),
        (b"If-Match", b'"1"'), (b"Idempotency-Key", b"k%d" % rng.randrange(50))], body


def broken(rng, seed):
    """The seed as bytes with one of its parts mutated, and whether its framing stayed whole."""
    verb, path, headers, body = seed
    part = rng.choice(("body", "body", "body", "header", "path", "all", "nothing"))
    if part == "body" and body:
        body = mutate(rng, body)
    headers = [(b"Host", b"gateway"), (b"Connection", b"close"), *headers,
               (b"Content-Length", b"%d" % len(body))]
    if part == "path":
        path = mutate(rng, path)
    if part == "header":
        at = rng.randrange(len(headers) - 1)
        match rng.randrange(3):
            case 0: headers[at] = (headers[at][0], mutate(rng, headers[at][1]))
            case 1: headers.insert(at, headers[at])
            case 2: del headers[at]
    data = (verb + b" " + path + b" HTTP/1.1\r\n"
            + b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body)
    if part == "all":
        data = mutate(rng, data)
    return data, part in ("body", "nothing")


def exchange(port, data, is_whole):
    """What comes back until the connection ends. A request whose framing is broken may wait for
    more: it is told that there is none."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(data)
            if not is_whole:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


def check(data, received, is_whole):
    if not received and not is_whole:
        return
    head, _, body = received.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    assert status, (data, received[:200])
    # 502 is the upstream's doing, 505 a version that is not spoken; a 500 would be ours.
    assert int(status[1]) in (200, 201, 202, 204, *range(400, 500), 502, 503, 505), (
        data, received)
    length = re.search(rb"content-length: (\d+)", head.lower())
    if b"json" in head.lower() and length and body:
        # What was left over of a broken request may have been answered, too.
        json.loads(body[:int(length[1])])


@pytest.fixture(scope="module")
def world(gateway):
    upstream = Hostile()
    server = gateway.server("hostile", upstream.url, "hostile-credential-canary")
    grant, _ = gateway.grant(["hostile"])
    opened = gateway.post("hostile", grant["token"], {
        "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "fuzz", "version": "1"}}})
    upstream.breaks = True
    ids = {"servers": server["id"], "grants": grant["id"], "agents": grant["agent_id"],
           "policies": gateway.api("POST", "/policies", {
               "name": "fuzzed", "document": 'version: "1"\ndefault: deny\ntools: {}\n'})["id"]}
    yield upstream, grant, opened.headers["mcp-session-id"].encode(), ids
    upstream.listener.close()


def fuzz(gateway, world, worker, until):
    _, grant, session, ids = world
    rng, count = random.Random(SEED + worker), 0
    while time.monotonic() < until:
        seed = (mcp_seed(rng, b"hostile", grant["token"], session) if rng.random() < 0.75
                else rest_seed(rng, ids, gateway.token))
        data, is_whole = broken(rng, seed)
        received = exchange(gateway.port, data, is_whole)
        assert gateway.process.poll() is None, ("the gateway died of", data)
        check(data, received, is_whole)
        count += 1
    return count


def permitted(call):
    name, arguments = call["params"]["name"], call["params"].get("arguments", {})
    if name == "create_refund":
        amount = arguments.get("amount")
        return isinstance(amount, (int, float)) and 0 < amount <= 50
    return name in ("get_ticket", "slow_export", "update_ticket")


def intents(gateway):
    """Every intent at the hostile server, page by page."""
    token, found = "", []
    while True:
        page = gateway.api(
            "GET", f"/audit/calls?limit=1000&server=hostile&kind=intent&page_token={token}"
            if token else "/audit/calls?limit=1000&server=hostile&kind=intent")
        found += page["items"]
        token = page.get("next_page")
        if not token:
            return found


def test_broken_requests_and_answers_break_nothing(gateway, world):
    upstream = world[0]
    already = len(upstream.seen)
    until = time.monotonic() + SECONDS
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        counts = list(pool.map(lambda worker: fuzz(gateway, world, worker, until), range(WORKERS)))
    print(f"{sum(counts)} broken requests, {len(upstream.seen) - already} reached the upstream")
    assert gateway.process.poll() is None and gateway.ready()
    seen = upstream.seen[already:]
    reached = collections.Counter(body.get("method") for verb, body in seen if verb == "POST")
    recorded = collections.Counter(item["method"] for item in intents(gateway))
    assert reached and not reached - recorded, (reached, recorded)
    calls = [body for _, body in seen if body.get("method") == "tools/call"]
    assert calls and all(permitted(call) for call in calls)
    log = (gateway.folder / "gateway.log").read_text(errors="replace")
    assert "hostile-credential-canary" not in log and world[1]["token"] not in log


def test_the_gateway_still_works_afterwards(gateway, world):
    upstream, grant, _, _ = world
    upstream.breaks = False
    for _ in range(20):
        answer = gateway.call("hostile", grant["token"], "get_ticket", {"ticket_id": "T-1"})
        assert answer.status == 200 and "isError" not in answer.json["result"]
