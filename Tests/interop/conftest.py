"""The parts that one run of a suite shares."""

import pytest
from harness import Folder, Gateway, Postgres, Upstream


@pytest.fixture(scope="session")
def folder():
    made = Folder()
    yield made.path
    made.remove()


@pytest.fixture(scope="session")
def postgres(folder):
    made = Postgres(folder)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def gateway(folder, postgres):
    made = Gateway(folder, postgres)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def desks(folder, gateway):
    """Upstreams by slug: both SDK generations, answering by SSE and by plain JSON."""
    made = {}
    for slug, generation, as_json in [
            ("desk1", 1, False), ("desk1json", 1, True), ("desk2", 2, False), ("desk2json", 2, True)]:
        desk = Upstream(folder, generation, as_json)
        gateway.server(slug, desk.url, desk.credential)
        made[slug] = desk
    yield made
    for desk in made.values():
        desk.stop()
