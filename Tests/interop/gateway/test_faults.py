"""What a fault may cost: calls, never records. Nothing reaches the upstream without its intent."""

import concurrent.futures
import http.client
import time

from harness import Gateway, Postgres, Upstream, wait_until

import pytest


@pytest.fixture(scope="module")
def parts(folder):
    """A database, a gateway and an upstream that these tests may kill."""
    own = folder / "faults"
    own.mkdir()
    own.chmod(0o755)
    database = Postgres(own)
    gateway = Gateway(own, database)
    desk = Upstream(own, 2, as_json=True)
    gateway.server("desk", desk.url, desk.credential)
    yield database, gateway, desk
    gateway.stop()
    desk.stop()
    database.stop()


def hammer(gateway, token, stop, answers):
    """Calls until told to stop; notes (request id, status) of whatever was answered."""
    number = 0
    while not stop():
        number += 1
        try:
            answer = gateway.call("desk", token, "get_ticket", {"ticket_id": f"T-{number}"}, timeout=10)
            answers.append((answer.headers.get("x-request-id"), answer.status, time.monotonic()))
        except (OSError, http.client.HTTPException):
            answers.append((None, 0, time.monotonic()))
            time.sleep(0.02)


def under_load(gateway, token, fault, seconds_before=1.0, seconds_after=4.0, workers=8):
    """Runs eight callers, does something to the system in the middle, returns their answers."""
    answers, done = [], [False]
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            pool.submit(hammer, gateway, token, lambda: done[0], answers)
        time.sleep(seconds_before)
        try:
            fault()
            time.sleep(seconds_after)
        finally:
            done[0] = True
    return answers


def healthy(gateway, token):
    """Whether both planes answer on every event loop: each connection may meet another one."""
    return all(
        gateway.call("desk", token, "get_ticket", {"ticket_id": "T"}).status == 200
        and gateway.request("GET", "/api/v1/agents", None, {
            "Authorization": f"Bearer {gateway.token}"}).status == 200
        for _ in range(12))


def recorded(database, kind):
    """Request ids on record, read straight from the table."""
    rows = database.query(
        "SELECT convert_from(entry, 'UTF8')::json->>'request_id' FROM audit_leaves "
        f"WHERE convert_from(entry, 'UTF8')::json->>'kind' = '{kind}'")
    return {row[0] for row in rows}


def reached(desk):
    """Request ids of the tools/call requests that reached the upstream."""
    return [dict(item["headers"])["x-request-id"] for item in desk.seen()
            if '"tools/call"' in item["body"]]


def test_database_killed_under_load(parts):
    database, gateway, desk = parts
    grant, _ = gateway.grant(["desk"])

    answers = under_load(gateway, grant["token"], database.kill, seconds_after=3.0)
    assert sum(status == 200 for _, status, _ in answers) > 20
    refused = [status for _, status, _ in answers if status != 200]
    assert refused and set(refused) <= {503}, sorted(set(refused))

    database.start()
    wait_until(lambda: healthy(gateway, grant["token"]), 5, "recovery")

    intents = recorded(database, "intent")
    sent = reached(desk)
    assert len(sent) == len(set(sent))
    assert set(sent) <= intents, "a call reached the upstream without its intent"
    outcomes = recorded(database, "outcome")
    acknowledged = {request for request, status, _ in answers if status == 200}
    assert acknowledged <= outcomes, "an answer left before its outcome was durable"


def test_database_frozen_answers_in_time(parts):
    database, gateway, desk = parts
    grant, _ = gateway.grant(["desk"])
    assert gateway.call("desk", grant["token"], "get_ticket", {"ticket_id": "T"}).status == 200
    before = len(reached(desk))
    database.freeze()
    try:
        started = time.monotonic()
        answer = gateway.call("desk", grant["token"], "get_ticket", {"ticket_id": "T"})
        took = time.monotonic() - started
    finally:
        database.thaw()
    assert answer.status == 503 and b"audit_unavailable" in answer.body
    assert took <= 3.0
    assert len(reached(desk)) == before
    wait_until(lambda: healthy(gateway, grant["token"]), 5, "recovery")


def test_gateway_killed_under_load(parts):
    database, gateway, desk = parts
    grant, _ = gateway.grant(["desk"])
    answers = under_load(gateway, grant["token"], gateway.kill, seconds_after=0.5)
    acknowledged = {request for request, status, _ in answers if status == 200}
    assert len(acknowledged) > 20
    assert set(reached(desk)) <= recorded(database, "intent")
    assert acknowledged <= recorded(database, "outcome")
    gateway.start()
    assert gateway.call("desk", grant["token"], "get_ticket", {"ticket_id": "T"}).status == 200


def test_limit_survives_a_restart(parts):
    _, gateway, desk = parts
    grant, _ = gateway.grant(["desk"])
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        first = list(pool.map(lambda n: gateway.call(
            "desk", grant["token"], "update_ticket", {"ticket_id": f"T-{n}"}).json, range(200)))
    assert sum(not answer["result"]["isError"] for answer in first) == 50
    gateway.kill()
    gateway.start()
    again = gateway.call("desk", grant["token"], "update_ticket", {"ticket_id": "T"}).json
    decision = again["result"]["_meta"]["bailiwick.dev/decision"]
    assert decision["code"] == "rate_limited"
    assert len(desk.calls("update_ticket")) == 50


def test_upstream_gone_is_a_well_formed_answer(parts):
    _, gateway, _ = parts
    gateway.server("gone", "http://127.0.0.1:9/mcp")
    grant, _ = gateway.grant(["gone"])
    answer = gateway.call("gone", grant["token"], "get_ticket", {"ticket_id": "T"}, identifier="x")
    assert answer.status in (200, 502)
    assert answer.json["id"] == "x" and "error" in answer.json
    assert "127.0.0.1" not in answer.body.decode()


def test_drain_finishes_what_it_began(parts):
    _, gateway, _ = parts
    grant, _ = gateway.grant(["desk"])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(gateway.call, "desk", grant["token"], "slow_export", {"steps": 40})
        time.sleep(0.3)
        gateway.stop()
        assert slow.result().json["result"]["content"][0]["text"] == "exported"
    assert gateway.process.returncode == 0
    gateway.start()
