"""The endpoint as a raw HTTP client meets it: refusals, headers, smuggling."""

import json
import socket

import pytest
from harness import MODERN, MODERN_META as META


@pytest.fixture(scope="module")
def token(gateway, desks):
    return gateway.grant(["desk2json"])[0]["token"]


def modern(method, params=None, identifier=1):
    return {"jsonrpc": "2.0", "id": identifier, "method": method,
            "params": {**(params or {}), "_meta": META}}


def headers(method, name=None, version=MODERN):
    made = {"MCP-Protocol-Version": version, "Mcp-Method": method}
    return {**made, "Mcp-Name": name} if name else made


def refund(amount=20):
    return {"name": "create_refund", "arguments": {"order_id": "O-1", "amount": amount}}


def test_a_stranger_is_told_what_to_do(gateway, desks):
    for authorization in (None, "Bearer nonsense", "Basic abc",
                          "Bearer bwg_000000000000_000000000000000000000000000000000000"):
        answer = gateway.request("POST", f"/mcp/{gateway.tenant}/desk2json", {}, {
            "Content-Type": "application/json",
            **({"Authorization": authorization} if authorization else {})})
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert b"bwg_" in answer.body


def test_a_grant_is_good_for_its_servers_only(gateway, desks, token):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    other = gateway.post("desk1", token, body)
    absent = gateway.post("no-such-server", token, body)
    assert other.status == absent.status and other.status in (401, 403, 404)
    drop = lambda answer: {k: v for k, v in answer.json.items() if "request" not in k}  # noqa: E731
    assert drop(other) == drop(absent)


@pytest.mark.parametrize("changed", [
    {"Mcp-Method": "tools/list"}, {"Mcp-Name": "get_ticket"}, {"Mcp-Name": None},
    {"Mcp-Method": None}, {"MCP-Protocol-Version": "2025-11-25"}])
def test_headers_that_disagree_with_the_body(gateway, desks, token, changed):
    before = len(desks["desk2json"].seen())
    sent = {**headers("tools/call", "create_refund"), **changed}
    answer = gateway.post("desk2json", token, modern("tools/call", refund()),
                          {k: v for k, v in sent.items() if v is not None})
    assert answer.status == 400
    assert answer.json["error"]["code"] == -32020
    assert len(desks["desk2json"].seen()) == before


def test_an_encoded_name_is_decoded_before_it_is_compared(gateway, desks, token):
    sent = headers("tools/call", "=?base64?Y3JlYXRlX3JlZnVuZA==?=")
    answer = gateway.post("desk2json", token, modern("tools/call", refund(5000)), sent)
    assert answer.status == 200 and answer.json["result"]["isError"] is True
    assert answer.json["result"]["resultType"] == "complete"


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"nonsense", b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}',
    b'[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', b'{"jsonrpc":"2.0","id":null,"method":"x"}',
    b'{"jsonrpc":"2.0","id":true,"method":"tools/list"}', b'{"jsonrpc":"1.0","id":1,"method":"x"}',
    b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_refund",'
    b'"arguments":{"amount":5000,"am\\u006funt":1}}}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\xff"}}',
    b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"])
def test_malformed_bodies_stop_here(gateway, desks, token, body):
    before = len(desks["desk2json"].seen())
    answer = gateway.post("desk2json", token, body)
    assert answer.status == 400
    assert answer.json["error"]["code"] in (-32700, -32600)
    assert len(desks["desk2json"].seen()) == before


def test_refusals_are_on_record(gateway, desks):
    grant, _ = gateway.grant(["desk2json"])
    gateway.post("desk2json", grant["token"], b"{")
    gateway.post("desk2json", grant["token"], modern("tools/call", refund()),
                 headers("tools/list", "create_refund"))
    codes = {item["code"] for item in gateway.audit(grant=grant["id"], decision="refused")}
    assert {"malformed", "header_mismatch"} <= codes


@pytest.mark.parametrize("expects", [{}, {"Expect": "100-continue"}])
def test_a_body_that_is_too_large_is_on_record(gateway, desks, expects):
    grant, _ = gateway.grant(["desk2json"])
    answer = raw(gateway, b"POST /mcp/acme/desk2json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                 + grant["token"].encode() + b"\r\nContent-Type: application/json\r\n"
                 b"Accept: application/json, text/event-stream\r\n"
                 + b"".join(f"{name}: {value}\r\n".encode() for name, value in expects.items())
                 + b"Content-Length: 4194305\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"x-request-id" in answer.lower()
    assert b'"jsonrpc":"2.0"' in answer
    [entry] = gateway.audit(grant=grant["id"])
    assert entry["decision"] == "refused" and entry["code"] == "malformed"


def test_unknown_methods_and_versions(gateway, desks, token):
    unknown = gateway.post("desk2json", token, modern("tools/dance"), headers("tools/dance"))
    assert unknown.status == 404 and unknown.json["error"]["code"] == -32601
    body = modern("tools/list")
    body["params"]["_meta"] = {**META, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    future = gateway.post("desk2json", token, body, headers("tools/list", version="2031-01-01"))
    assert future.status == 400 and future.json["error"]["code"] == -32022
    assert MODERN in future.json["error"]["data"]["supported"]


def test_request_ids_are_echoed_and_recorded(gateway, desks):
    grant, _ = gateway.grant(["desk2json"])
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": refund(5000)}
    kept = gateway.post("desk2json", grant["token"], body, {"X-Request-Id": "case-4711"})
    assert kept.headers["x-request-id"] == "case-4711"
    replaced = gateway.post("desk2json", grant["token"], body, {"X-Request-Id": "no good: 1"})
    assert replaced.headers["x-request-id"] not in ("", "no good: 1")
    ids = {item["request_id"] for item in gateway.audit(grant=grant["id"])}
    assert {"case-4711", replaced.headers["x-request-id"]} <= ids


def test_cookies_and_authorization_stay_here(gateway, desks, token):
    desk = desks["desk2json"]
    before = len(desk.seen())
    gateway.post("desk2json", token, {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": refund()},
        {"Cookie": "session=CANARY", "Proxy-Authorization": "Basic CANARY"})
    seen = desk.seen()[before:]
    assert seen and "CANARY" not in json.dumps(seen) and token not in json.dumps(seen)


def raw(gateway, data):
    with socket.create_connection(("127.0.0.1", gateway.port), 5) as connection:
        connection.sendall(data)
        connection.settimeout(5)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("framing", [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: +5\r\n", b"Content-Length : 5\r\n", b"Transfer-Encoding: xchunked\r\n",
    b"X-A: 1\r\n folded\r\nContent-Length: 5\r\n", b"X-A: a\x00b\r\nContent-Length: 5\r\n"])
def test_smuggled_framing_closes_the_connection(gateway, desks, token, framing):
    before = len(desks["desk2json"].seen())
    answer = raw(gateway, b"POST /mcp/acme/desk2json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                 + token.encode() + b"\r\n" + framing + b"\r\nhello"
                 b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1
    assert len(desks["desk2json"].seen()) == before
