"""What a refused caller may learn: nothing about others, and what is missing about themselves."""

import re
import time

import pytest
from harness import Upstream

NOBODY = "01a1fa2d-acf1-7672-ace5-c3d80b66893c"


def words(answer):
    """An answer without what differs from request to request."""
    headers = {name: value for name, value in answer.headers.items()
               if name not in ("date", "x-request-id")}
    return answer.status, headers, re.sub(rb"[0-9a-f]{8}-[0-9a-f-]{27}", b"ID", answer.body)


@pytest.fixture(scope="module")
def stranger(gateway):
    """An admin of another tenant."""
    gateway.command("tenant", "create", "--slug", "stranger", "--name", "Stranger")
    return gateway.command("token", "create", "--tenant", "stranger", "--role", "admin",
                           "--name", "stranger").strip()


@pytest.fixture(scope="module")
def objects(gateway, desks):
    """One object of each noun, by the noun of its route."""
    grant, _ = gateway.grant(["desk2json"])
    attachment = next(item for item in gateway.api("GET", "/attachments?limit=1000")["items"]
                      if item["target_id"] == grant["id"])
    servers = gateway.api("GET", "/servers")["items"]
    return {"grants": grant["id"], "agents": grant["agent_id"], "attachments": attachment["id"],
            "policies": attachment["policy_id"],
            "servers": next(item["id"] for item in servers if item["slug"] == "desk2json"),
            "api-tokens": gateway.api("GET", "/api-tokens")["items"][0]["id"]}


# A body that fits, where a route asks for one: what does not fit is refused before anything is
# looked up.
BODIES = {
    "/servers/{id}/credential": {"kind": "bearer", "token": "planted-secret"},
    "/servers/{id}/tools/{name}/classification": {"class": "read", "severity": "low"},
    "/servers/{id}/tools/{name}/pin": {"definition_hash": "00", "reason": "r"},
    "/policies/{id}/active": {"version": 1},
    "/policies/{id}/evaluations": {"call": {"tool": "x", "args": {}}},
    "/policies/{id}/versions": {"document": 'version: "1"\ndefault: deny\ntools: {}\n',
                                "reason": "r"},
    "/attachments/{id}": {"layer": "tenant", "target_id": NOBODY, "policy_id": NOBODY}}


def routes(gateway):
    for path, operations in gateway.api("GET", "/openapi.json")["paths"].items():
        for verb in operations:
            if verb in ("get", "post", "put", "patch", "delete"):
                yield verb.upper(), path.removeprefix("/api/v1")


def ask(gateway, token, verb, path, identifier, body):
    path = path.replace("{id}", identifier).replace("{name}", "get_ticket").replace("{n}", "1")
    return gateway.request(verb, f"/api/v1{path}", None if verb == "GET" else body, {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json",
        "If-Match": '"1"'})


def test_another_tenants_objects_do_not_exist(gateway, stranger, objects):
    asked = 0
    for verb, path in routes(gateway):
        noun = path.split("/")[1]
        if "{id}" not in path:
            continue
        body = BODIES.get(path, {}) if verb in ("PUT", "POST") else {}
        theirs = ask(gateway, stranger, verb, path, objects[noun], body)
        nobodys = ask(gateway, stranger, verb, path,
                      "0" * 12 if noun == "api-tokens" else NOBODY, body)
        assert theirs.status == 404, (verb, path, theirs.status, theirs.body)
        if noun != "api-tokens":
            assert words(theirs) == words(nobodys), (verb, path)
        asked += 1
    assert asked >= 20


@pytest.mark.parametrize("role,may", [
    ("viewer", set()), ("auditor", {"read_admin_log"}), ("policy_manager", {"manage_policies"})])
def test_a_role_is_told_which_permission_it_lacks(gateway, objects, role, may):
    token = gateway.command("token", "create", "--tenant", "acme", "--role", role,
                            "--name", f"refused-{role}").strip()
    for verb, path in routes(gateway):
        noun = path.split("/")[1]
        # Nothing that succeeds may change what other tests use.
        identifier = objects.get(noun, "") if verb == "GET" else NOBODY
        answer = ask(gateway, token, verb, path, identifier, {})
        if answer.status == 403:
            assert answer.json["code"] == "forbidden"
            needed = re.search(r"permission `(\w+)`", answer.json["detail"])[1]
            assert needed not in may | {"view"}, (verb, path)
        else:
            reads = verb == "GET" or path.endswith("/evaluations")
            assert reads or (may & {"manage_policies"} and noun in ("policies", "attachments")), (
                verb, path, answer.status)
        assert noun != "api-tokens" or answer.status == 403


def test_refused_tokens_are_one_and_the_same(gateway, desks):
    revoked, _ = gateway.grant(["desk2json"])
    gateway.api("DELETE", f"/grants/{revoked['id']}", {"reason": "over"})
    expired = gateway.api("POST", "/grants", {
        "label": "short", "agent_id": revoked["agent_id"], "servers": ["desk2json"],
        "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))})
    time.sleep(2.1)
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    unknown = words(gateway.post("desk2json", "bwg_" + "A" * 12 + "_" + "B" * 36, body))
    assert unknown[0] == 401
    for token in (revoked["token"], expired["token"], gateway.token, "x"):
        for slug in ("desk2json", "no-such-server"):
            assert words(gateway.post(slug, token, body)) == unknown


def test_a_removed_server_is_like_none(gateway, folder, desks):
    desk = Upstream(folder, 2, as_json=True)
    try:
        server = gateway.server("leaving", desk.url)
        grant, _ = gateway.grant(["leaving"])
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        assert gateway.post("leaving", grant["token"], body).status != 404
        stale = {"If-Match": '"999"'}
        gateway.api("DELETE", f"/servers/{server['id']}", {"reason": "r"}, stale, expect=412)
        gateway.api("DELETE", f"/servers/{server['id']}", {"reason": "over"})
        gone = gateway.post("leaving", grant["token"], body)
        assert gone.status == 404
        assert words(gone) == words(gateway.post("never-was", grant["token"], body))
    finally:
        desk.stop()


@pytest.mark.parametrize("query", [
    "decision=denied", "kind=calls", "outcome=ok", "from=yesterday", "until=1", "agent=bot",
    "grant=1", "call=1", "limit=0", "limit=x", "page_token=x"])
def test_a_misspelt_filter_is_no_empty_log(gateway, query):
    answer = gateway.api("GET", f"/audit/calls?{query}", expect=400)
    assert answer["code"] == "invalid" and answer["errors"]


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
@pytest.mark.parametrize("version", ["garbage", "2031-01-01"])
def test_a_version_that_does_not_exist_has_no_sessions(gateway, desks, verb, version):
    grant, _ = gateway.grant(["desk1"])
    before = len(desks["desk1"].seen())
    answer = gateway.request(verb, "/mcp/acme/desk1", None, {
        "Authorization": f"Bearer {grant['token']}", "Accept": "text/event-stream",
        "MCP-Protocol-Version": version})
    assert answer.status == 400 and answer.json["error"]["code"] == -32022
    assert len(desks["desk1"].seen()) == before


def test_an_unknown_filter_is_refused_and_the_known_ones_named(gateway):
    """An answer that ignored a misspelt filter would be taken for evidence."""
    for path in ("/audit/calls?ticket=T-1", "/audit/calls?decison=deny", "/servers?agent=x",
                 "/agents?limit=1&colour=red"):
        problem = gateway.api("GET", path, expect=400)
        assert problem["code"] == "invalid" and "`limit`" in problem["detail"]
        assert len(problem["errors"]) == 1
    assert "`decision`" in gateway.api("GET", "/audit/calls?decison=deny", expect=400)["detail"]
    assert gateway.api("GET", "/audit/calls?decision=deny&limit=1", expect=200)["items"] is not None
