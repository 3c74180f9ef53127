"""Bad input on the command line: one line that says what to do, the right exit code, nothing done."""

import json
import os
import subprocess

import pytest
from harness import BINARY, Gateway, free_port


def run(*arguments, stdin=None, environment=None):
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=60, env={**os.environ, **(environment or {})})


def refused(done, code, *words):
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]


def variant(gateway, folder, name, **changes):
    """The gateway's configuration with some sections' members replaced."""
    config = json.loads(gateway.config.read_text())
    for section, members in changes.items():
        config[section] = {**config.get(section, {}), **members}
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(config))
    return path


def test_usage(gateway):
    refused(run("dance"), 2, "dance")
    refused(run("serve", "--port", "1"), 2, "--port")
    assert run("--help").returncode == 0 and "serve" in run("--help").stdout


def test_configuration(gateway, folder):
    refused(run("--config", "/nowhere.yaml", "serve"), 1, "/nowhere.yaml")
    path = folder / "unknown.yaml"
    path.write_text("server: {listen: '127.0.0.1:0', colour: red}\n")
    refused(run("--config", path, "serve"), 1, "server.colour")
    path.write_text("server: [\n")
    refused(run("--config", path, "serve"), 1, "line")
    refused(run("--config", gateway.config, "serve", environment={"BAILIWICK_SERVER__COLOUR": "x"}),
            1, "BAILIWICK_SERVER__COLOUR")


def test_taken_port(gateway, folder):
    path = variant(gateway, folder, "taken", ops={"listen": f"127.0.0.1:{free_port()}"})
    refused(run("--config", path, "serve"), 1, str(gateway.port), "taken")


def test_wrong_master_key(gateway, folder):
    key = folder / "wrong.key"
    key.write_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    key.chmod(0o600)
    path = variant(gateway, folder, "wrongkey", vault={"master_key_file": str(key)},
                   server={"listen": f"127.0.0.1:{free_port()}"},
                   ops={"listen": f"127.0.0.1:{free_port()}"})
    refused(run("--config", path, "serve"), 1, "master key")
    key.chmod(0o644)
    refused(run("--config", path, "serve"), 1, "wrong.key", "chmod 600")
    refused(run("--config", variant(gateway, folder, "nokey", vault={
        "master_key_file": "/nowhere.key"}), "serve"), 1, "/nowhere.key")


def test_database_unreachable(gateway, folder):
    path = variant(gateway, folder, "nodb", database={
        "url": "postgresql://bailiwick_app:x@127.0.0.1:9/bailiwick"},
        server={"listen": f"127.0.0.1:{free_port()}"}, ops={"listen": f"127.0.0.1:{free_port()}"})
    refused(run("--config", path, "serve"), 1, "database")


@pytest.fixture
def scratch(gateway, postgres, folder):
    """A configuration over an empty database."""
    name = f"scratch_{free_port()}"
    urls = postgres.new_database(name)
    return urls, variant(gateway, folder, name, database=urls, server={
        "listen": f"127.0.0.1:{free_port()}"}, ops={"listen": f"127.0.0.1:{free_port()}"})


def sql(url, text):
    subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text], check=True,
                   capture_output=True)


def test_database_older_newer_changed_or_not_ours(scratch):
    urls, config = scratch
    refused(run("--config", config, "serve"), 1, "bailiwick migrate")
    sql(urls["migrate_url"], "SET ROLE bailiwick_owner; CREATE TABLE theirs (id int)")
    refused(run("--config", config, "migrate"), 1, "not")
    sql(urls["migrate_url"], "SET ROLE bailiwick_owner; DROP TABLE theirs")
    assert run("--config", config, "migrate").returncode == 0
    assert run("--config", config, "migrate").returncode == 0
    table = "SET ROLE bailiwick_owner; "
    sql(urls["migrate_url"], table + "CREATE TABLE kept AS SELECT * FROM schema_migrations;"
        "UPDATE schema_migrations SET checksum = '\\x00' WHERE name LIKE '0001%'")
    refused(run("--config", config, "migrate"), 1, "0001")
    sql(urls["migrate_url"], table + "DELETE FROM schema_migrations;"
        "INSERT INTO schema_migrations SELECT * FROM kept; DROP TABLE kept;"
        "INSERT INTO schema_migrations SELECT '9999_later.sql', checksum, applied_at"
        " FROM schema_migrations LIMIT 1")
    for verb in ("migrate", "serve"):
        refused(run("--config", config, verb), 1, "newer")


def test_tenants_and_tokens(gateway):
    done = gateway.run("tenant", "create", "--slug", "acme", "--name", "Again")
    refused(done, 5, "acme")
    refused(gateway.run("tenant", "create", "--slug", "No Good", "--name", "x"), 2, "slug")
    refused(gateway.run("token", "create", "--tenant", "nobody", "--role", "admin", "--name", "x"),
            3, "nobody")
    refused(gateway.run("token", "create", "--tenant", "acme", "--role", "king", "--name", "x"),
            2, "policy_manager")
    made = gateway.run("token", "create", "--tenant", "acme", "--role", "admin", "--name", "ci")
    assert made.returncode == 0 and made.stdout.startswith("bwk_")
    assert len(made.stdout.splitlines()) == 1
    done = gateway.run("admin", "create", "--tenant", "acme", "--email", "a@acme.example",
                       "--name", "A", stdin="short\n")
    refused(done, 2, "password")


def test_json_follows_any_verb(gateway, folder):
    made = json.loads(gateway.command("token", "create", "--tenant", "acme", "--role", "viewer",
                                      "--name", "json", "--json"))
    assert made["token"].startswith(f"bwk_{made['id']}_")
    made = json.loads(gateway.command("admin", "create", "--tenant", "acme", "--json", "--email",
                                      "json@acme.example", "--name", "J",
                                      stdin="correct horse battery\n"))
    assert made["email"] == "json@acme.example" and made["id"]
    assert json.loads(gateway.command("migrate", "--json")) == {"applied": []}
    assert json.loads(gateway.command("config", "check", "--json")) == {"valid": True}
    shown = json.loads(gateway.command("config", "show", "--json"))
    assert shown["database.url"] == "(secret)" and shown["server.listen"].startswith("127.0.0.1:")
    bad = folder / "json.yaml"
    bad.write_text('version: "1"\nfoo: 1\n')
    done = run("policy", "check", "--json", bad)
    assert done.returncode == 1
    [file] = json.loads(done.stdout)["files"]
    assert file["valid"] is False and file["errors"][0]["pointer"] == "foo"
    assert file["errors"][0]["line"] == 2


POLICY = """version: "1"
default: deny
tools:
  pay:
    rules:
      - name: cap
        conditions: [{path: args.amount, op: lte, value: 50}]
        on_deny: Too much.
"""


def test_policy_check_and_eval(folder):
    good, bad = folder / "good.yaml", folder / "bad.yaml"
    good.write_text(POLICY)
    bad.write_text(POLICY.replace("op: lte", "op: lessish").replace("on_deny", "on_dney"))
    assert run("policy", "check", good).returncode == 0
    done = run("policy", "check", bad)
    assert done.returncode == 1
    assert "tools.pay.rules[0].conditions[0].op" in done.stderr and "on_dney" in done.stderr
    call = folder / "call.json"
    for amount, outcome in ((50, "allow"), (50.01, "deny"), ("1", "deny")):
        call.write_text(json.dumps({"tool": "pay", "args": {"amount": amount}}))
        done = run("policy", "eval", "--policy", good, "--call", call)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["outcome"] == outcome
    assert run("policy", "eval", "--policy", bad, "--call", call).returncode == 1
    call.write_text("{")
    assert run("policy", "eval", "--policy", good, "--call", call).returncode == 1
    refused(run("policy", "check", "/nowhere.yaml"), 1, "/nowhere.yaml")


def test_policies_for_the_demo_are_valid():
    from harness import ROOT
    for path in sorted((ROOT / "docs" / "examples").glob("*.yaml")):
        assert run("policy", "check", path).returncode == 0, path
