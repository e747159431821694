"""One installation is built per session; every test gets a copy and a server of its own."""

import pytest

from tests.web.installation import build, copied, served, visitor


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    build(folder)
    return folder


@pytest.fixture
def app(model, tmp_path):
    with copied(model, tmp_path / "copy") as app:
        yield app


@pytest.fixture
def address(app):
    with served(app) as address:
        yield address


@pytest.fixture
def visit(app, address):
    """Open a browser as somebody."""
    opened = []

    def as_person(person=None):
        opened.append(visitor(app, address, person))
        return opened[-1]

    yield as_person
    for one in opened:
        one.http.close()
