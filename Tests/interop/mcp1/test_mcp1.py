"""The last handshake-only SDK (mcp 1.30) as client, before servers of both generations."""

import json
from contextlib import asynccontextmanager

import httpx
import pytest
import scenarios
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


class Client:
    def __init__(self, session):
        self.session = session

    async def tools(self):
        listed = await self.session.list_tools()
        return {tool.name: json.loads(tool.model_dump_json(by_alias=True)) for tool in listed.tools}

    async def call(self, name, arguments, on_progress=None):
        result = await self.session.call_tool(name, arguments, progress_callback=on_progress)
        return bool(result.isError), result.content[0].text, result.meta or {}


@asynccontextmanager
async def connect(url, token):
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        async with streamable_http_client(url, http_client=http) as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                yield Client(session)


@pytest.mark.parametrize("slug", ["desk1", "desk1json", "desk2"])
@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.__name__)
def test_scenario(scenario, slug, gateway, desks):
    if scenario is scenarios.progress_arrives and slug.endswith("json"):
        pytest.skip("a server that answers in plain JSON sends no progress")
    scenario(connect, gateway, desks, slug)


def test_limit_admits_exactly_fifty(gateway, desks):
    scenarios.limit_admits_exactly(connect, gateway, desks, "desk1")
