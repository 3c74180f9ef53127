"""What every real client must see through the gateway, whatever its generation and its upstream's.

A suite hands in `connect(url, token)`: an async context manager that yields an object with
`tools()` (name → definition as plain data) and `call(name, arguments, on_progress=None)`
(→ is_error, text, meta).
"""

import asyncio
import threading

from harness import wait_until

DECISION = "bailiwick.dev/decision"


def run(main):
    return asyncio.run(asyncio.wait_for(main, 60))


def lists_all_but_hidden(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])

    async def main():
        async with connect(url, grant["token"]) as client:
            return await client.tools()

    tools = run(main())
    assert set(tools) == {"get_ticket", "create_refund", "update_ticket", "slow_export"}
    assert tools["create_refund"]["inputSchema"]["properties"]["amount"]["type"] == "number"


def allows_and_denies_on_arguments(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])
    desk = desks[slug]
    before = len(desk.calls("create_refund"))

    async def main():
        async with connect(url, grant["token"]) as client:
            allowed = await client.call("create_refund", {"order_id": "O-1", "amount": 20})
            denied = await client.call("create_refund", {"order_id": "O-1", "amount": 5000})
            unlisted = await client.call("get_ticket", {"ticket_id": "T-1"})
            return allowed, denied, unlisted

    allowed, denied, listed = run(main())
    assert allowed[0] is False and "refunded 20" in allowed[1]
    assert denied[0] is True and denied[1] == "[POLICY DENIED] Refunds above 50 need a person."
    assert denied[2][DECISION]["code"] == "policy_denied" and denied[2][DECISION]["decision_id"]
    assert listed[0] is False
    assert len(desk.calls("create_refund")) == before + 1, "a denied call reached the upstream"


def hidden_is_unknown(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])

    async def main():
        async with connect(url, grant["token"]) as client:
            errors = []
            for tool in ("delete_customer", "never_existed"):
                try:
                    answer = await client.call(tool, {"customer_id": "C-1"})
                    errors.append(("answer", answer[0], answer[1].replace(tool, "X")))
                except Exception as refused:  # noqa: BLE001 - the SDK's own error type differs
                    errors.append(("error", type(refused).__name__, str(refused).replace(tool, "X")))
            return errors

    hidden, unknown = run(main())
    assert hidden == unknown and "Unknown tool" in hidden[2]
    assert desks[slug].calls("delete_customer") == []


def progress_arrives(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])
    ticks = []

    async def tick(progress, total, message=None):
        ticks.append((progress, total))

    async def main():
        async with connect(url, grant["token"]) as client:
            return await client.call("slow_export", {"steps": 5}, tick)

    answer = run(main())
    assert answer[0] is False and answer[1] == "exported"
    assert ticks == [(step + 1, 5) for step in range(5)]


def revocation_is_immediate(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])
    before = len(desks[slug].calls("get_ticket"))

    answers = []

    async def main():
        async with connect(url, grant["token"]) as client:
            answers.append(await client.call("get_ticket", {"ticket_id": "T-1"}))
            await asyncio.to_thread(
                gateway.api, "DELETE", f"/grants/{grant['id']}", {"reason": "test"})
            try:
                answers.append(await client.call("get_ticket", {"ticket_id": "T-2"}))
            except Exception as refused:  # noqa: BLE001 - the SDK's own error type differs
                answers.append(refused)

    # mcp 1.x tears its whole connection down at the 401, so the refusal may end the run instead.
    try:
        run(main())
    except Exception as ended:  # noqa: BLE001 - the SDK's own error type differs
        answers.append(ended)
    assert answers[0][0] is False
    assert len(answers) > 1 and all(isinstance(later, Exception) for later in answers[1:]), answers
    assert len(desks[slug].calls("get_ticket")) == before + 1
    assert gateway.call(slug, grant["token"], "get_ticket", {"ticket_id": "T-3"}).status == 401


def upstream_sees_the_vault_only(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])
    desk = desks[slug]
    before = len(desk.seen())

    async def main():
        async with connect(url, grant["token"]) as client:
            await client.call("get_ticket", {"ticket_id": "T-1"})

    run(main())
    seen = desk.seen()[before:]
    assert seen
    for request in seen:
        headers = dict(request["headers"])
        assert headers["authorization"] == f"Bearer {desk.credential}"
        assert "cookie" not in headers
        assert grant["token"] not in str(request) and "bwg_" not in str(request)


def limit_admits_exactly(connect, gateway, desks, slug, clients=8, calls=25):
    """200 concurrent calls by real clients under a limit of 50 an hour."""
    grant, url = gateway.grant([slug])
    before = len(desks[slug].calls("update_ticket"))
    outcomes, lock = [], threading.Lock()

    async def one():
        async with connect(url, grant["token"]) as client:
            answers = await asyncio.gather(*[
                client.call("update_ticket", {"ticket_id": f"T-{n}"}) for n in range(calls)])
            with lock:
                outcomes.extend(answers)

    async def main():
        await asyncio.gather(*[one() for _ in range(clients)])

    run(main())
    admitted = [answer for answer in outcomes if not answer[0]]
    limited = [answer for answer in outcomes if answer[0]]
    assert len(outcomes) == clients * calls
    assert len(admitted) == 50
    assert all(answer[2][DECISION]["code"] == "rate_limited" for answer in limited)
    assert all(answer[2][DECISION]["retry_after"] > 0 for answer in limited)
    wait_until(lambda: len(desks[slug].calls("update_ticket")) == before + 50, what="50 calls")


def everything_is_on_record(connect, gateway, desks, slug):
    grant, url = gateway.grant([slug])

    async def main():
        async with connect(url, grant["token"]) as client:
            await client.call("create_refund", {"order_id": "CANARY-77123", "amount": 21})
            await client.call("create_refund", {"order_id": "CANARY-77123", "amount": 5001})

    run(main())
    items = [item for item in gateway.audit(grant=grant["id"]) if item["tool"] == "create_refund"]
    kinds = sorted(item["kind"] for item in items)
    assert kinds == ["intent", "outcome", "refused"]
    refused = next(item for item in items if item["kind"] == "refused")
    assert refused["decision"] == "deny" and refused["rule"].endswith("at-most-50")
    assert set(refused["arguments"]) == {"args.order_id", "args.amount"}
    assert "CANARY" not in str(items) and "5001" not in str(refused["arguments"])


ALL = [lists_all_but_hidden, allows_and_denies_on_arguments, hidden_is_unknown, progress_arrives,
       revocation_is_immediate, upstream_sees_the_vault_only, everything_is_on_record]
