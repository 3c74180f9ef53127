"""Starts the real parts: PostgreSQL, the gateway from the release build, upstream servers.

Everything runs on loopback, in a temporary folder, and is ended by process id.
"""

import base64
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / ".build" / "release" / "bailiwick"
HERE = Path(__file__).resolve().parent

MODERN = "2026-07-28"
MODERN_META = {"io.modelcontextprotocol/protocolVersion": MODERN,
               "io.modelcontextprotocol/clientCapabilities": {},
               "io.modelcontextprotocol/clientInfo": {"name": "interop", "version": "1"}}

POLICY = r"""
version: "1"
description: What the interop tests allow
default: deny
hide: [delete_customer]
tools:
  get_ticket:
    rules: []
  slow_export:
    rules: []
  create_refund:
    rules:
      - name: at-most-50
        conditions:
          - {path: args.amount, op: gt, value: 0}
          - {path: args.amount, op: lte, value: 50}
        on_deny: Refunds above 50 need a person.
  update_ticket:
    rules:
      - name: fifty-an-hour
        rate_limit: 50/hour
        on_deny: Fifty an hour are the limit.
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(check, seconds=15, what="the condition"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {seconds} s")


def end(process, sign=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def running(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class Answer:
    """One HTTP answer, read whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            data = [line[5:].strip() for line in self.body.decode().splitlines()
                    if line.startswith("data:")]
            return json.loads([item for item in data if item][-1])
        return json.loads(self.body)


class Folder:
    """A temporary folder that the server's user can reach whoever runs the tests."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="bwi-"))
        self.path.chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Postgres:
    def __init__(self, folder):
        self.folder = folder / "postgres"
        self.start()

    def start(self):
        subprocess.run([ROOT / "scripts" / "postgres", "start", self.folder], check=True,
                       capture_output=True, timeout=60)
        self.urls = json.loads((self.folder / "postgres.json").read_text())

    def stop(self):
        subprocess.run([ROOT / "scripts" / "postgres", "stop", self.folder], check=True,
                       capture_output=True, timeout=60)

    @property
    def pid(self):
        for pidfile in self.folder.rglob("postmaster.pid"):
            return int(pidfile.read_text().splitlines()[0])
        return None

    def kill(self):
        pids = self.processes()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(running(pid) for pid in pids), what="PostgreSQL's end")

    def processes(self):
        """The server's process and its children."""
        return [self.pid] + [int(child) for child in Path(
            f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def freeze(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)

    def new_database(self, name):
        """An empty database that the roles may use: its URLs."""
        password = (self.folder / "superuser.password").read_text().strip()
        base = f"postgresql://postgres:{password}@127.0.0.1:{self.urls['port']}"
        for database, arguments in (("postgres", ["-c", f"CREATE DATABASE {name}"]),
                                    (name, ["-f", ROOT / "scripts" / "roles.sql"])):
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", f"{base}/{database}",
                            *arguments], check=True, capture_output=True, timeout=30)
        return {"url": self.urls["app_url"].rsplit("/", 1)[0] + f"/{name}",
                "migrate_url": self.urls["migrate_url"].rsplit("/", 1)[0] + f"/{name}"}

    def query(self, sql):
        """Rows as lists of text, read as the migrator (who sees every tenant)."""
        done = subprocess.run(["psql", "-XAt", "-F", "\t", "-d", self.urls["migrate_url"], "-c", sql],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]


class Gateway:
    """A Bailiwick with a tenant of its own."""

    def __init__(self, folder, postgres, tenant="acme"):
        self.folder, self.postgres, self.tenant = folder, postgres, tenant
        self.port, self.ops_port = free_port(), free_port()
        key = folder / "master.key"
        key.write_text(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        key.chmod(0o600)
        self.config = folder / "bailiwick.yaml"
        self.config.write_text(json.dumps({
            "server": {"listen": f"127.0.0.1:{self.port}",
                       "public_url": f"http://127.0.0.1:{self.port}"},
            "ops": {"listen": f"127.0.0.1:{self.ops_port}"},
            "database": {"url": postgres.urls["app_url"], "migrate_url": postgres.urls["migrate_url"]},
            "vault": {"master_key_file": str(key)}}))
        self.command("migrate")
        self.command("tenant", "create", "--slug", tenant, "--name", "Acme")
        self.token = self.command("token", "create", "--tenant", tenant, "--role", "admin",
                                  "--name", "interop").strip()
        self.process = None
        self.start()

    def command(self, *arguments, stdin=None):
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *arguments, stdin=None):
        return subprocess.run([BINARY, "--config", self.config, *arguments], input=stdin,
                              capture_output=True, text=True, timeout=60)

    def start(self):
        self.log = open(self.folder / "gateway.log", "a")
        self.process = subprocess.Popen([BINARY, "--config", self.config, "serve"],
                                        stdout=self.log, stderr=self.log)
        wait_until(lambda: self.ready() or self.process.poll() is not None, what="readiness")
        assert self.process.poll() is None, (self.folder / "gateway.log").read_text()[-2000:]

    def ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.ops_port, timeout=2)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def stop(self):
        end(self.process)
        self.log.close()

    def kill(self):
        end(self.process, signal.SIGKILL)

    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
            connection.request(method, path, data, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def api(self, method, path, body=None, headers=None, expect=None):
        answer = self.request(method, f"/api/v1{path}", body, {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            **(headers or {})})
        if expect is not None:
            assert answer.status == expect, (answer.status, answer.body)
        elif answer.status >= 300:
            raise AssertionError((method, path, answer.status, answer.body))
        return answer.json if answer.body else None

    def server(self, slug, url, credential=None):
        made = self.api("POST", "/servers", {
            "slug": slug, "name": slug, "transport": "streamable_http", "url": url,
            "allow_private": True})
        if credential:
            self.api("PUT", f"/servers/{made['id']}/credential",
                     {"kind": "bearer", "token": credential})
        return made

    def grant(self, servers, document=POLICY, label="interop"):
        """An agent with a grant under a policy of its own: (grant, MCP URL of the first server)."""
        body = {"label": label, "servers": servers}
        body["agent_id"] = self.api("POST", "/agents", {
            "name": f"bot-{secrets.token_hex(4)}", "kind": "agent"})["id"]
        if document is not None:
            body["policy_id"] = self.api("POST", "/policies", {
                "name": f"policy-{secrets.token_hex(4)}", "document": document})["id"]
        made = self.api("POST", "/grants", body)
        return made, self.mcp_url(servers[0])

    def mcp_url(self, slug):
        return f"http://127.0.0.1:{self.port}/mcp/{self.tenant}/{slug}"

    def audit(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.api("GET", f"/audit/calls?limit=1000&{query}")["items"]

    def call(self, slug, token, tool, arguments, identifier=1, timeout=30):
        """A tools/call of the stateless revision, as any HTTP client would send it."""
        body = {"jsonrpc": "2.0", "id": identifier, "method": "tools/call",
                "params": {"name": tool, "arguments": arguments, "_meta": MODERN_META}}
        return self.post(slug, token, body, {
            "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": tool},
            timeout=timeout)

    def post(self, slug, token, body, headers=None, timeout=30):
        return self.request("POST", f"/mcp/{self.tenant}/{slug}", body, {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-06-18", **(headers or {})}, timeout=timeout)


class Upstream:
    """A support desk written with one generation of the SDK, and what reached it."""

    def __init__(self, folder, generation, as_json=False):
        self.port = free_port()
        self.credential = f"upstream-{secrets.token_hex(12)}"
        name = f"desk{generation}{'j' if as_json else ''}"
        self.record = folder / f"{name}-{self.port}.jsonl"
        self.record.touch()
        self.log = open(folder / f"{name}.log", "w")
        python = ROOT / ".local" / "venv" / f"mcp{generation}" / "bin" / "python"
        self.process = subprocess.Popen(
            [python, HERE / "servers" / "desk.py", str(self.port), self.record,
             *(["--json"] if as_json else [])], stdout=self.log, stderr=self.log)
        wait_until(self.listening, what="the upstream")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/mcp"

    def listening(self):
        assert self.process.poll() is None, "the upstream ended at once"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def seen(self):
        return [json.loads(line) for line in self.record.read_text().splitlines()]

    def calls(self, tool):
        """Bodies of the tools/call requests for `tool` that reached this upstream."""
        bodies = [json.loads(item["body"]) for item in self.seen() if item["body"]]
        return [body for body in bodies if body.get("method") == "tools/call"
                and body["params"]["name"] == tool]

    def stop(self):
        end(self.process)
        self.log.close()
