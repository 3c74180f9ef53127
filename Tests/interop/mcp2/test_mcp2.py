"""The current SDK (mcp 2.x) as client in both of its modes, before servers of both generations."""

import json
from contextlib import asynccontextmanager
from functools import partial

import httpx2
import pytest
import scenarios
from mcp.client.client import Client as SDKClient
from mcp.client.streamable_http import streamable_http_client


class Client:
    def __init__(self, client):
        self.client = client

    async def tools(self):
        listed = await self.client.list_tools()
        return {tool.name: json.loads(tool.model_dump_json(by_alias=True)) for tool in listed.tools}

    async def call(self, name, arguments, on_progress=None):
        result = await self.client.call_tool(name, arguments, progress_callback=on_progress)
        data = json.loads(result.model_dump_json(by_alias=True))
        return bool(data.get("isError")), result.content[0].text, data.get("_meta") or {}


@asynccontextmanager
async def connect(mode, url, token):
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        async with SDKClient(streamable_http_client(url, http_client=http), mode=mode) as client:
            yield Client(client)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("slug", ["desk1", "desk2", "desk2json"])
@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.__name__)
def test_scenario(scenario, slug, mode, gateway, desks):
    if scenario is scenarios.progress_arrives and slug.endswith("json"):
        pytest.skip("a server that answers in plain JSON sends no progress")
    scenario(partial(connect, mode), gateway, desks, slug)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_limit_admits_exactly_fifty(mode, gateway, desks):
    scenarios.limit_admits_exactly(partial(connect, mode), gateway, desks, "desk2")
