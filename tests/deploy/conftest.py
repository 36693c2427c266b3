"""Fixtures of the deployment tests."""

import pytest
from edge import Edge


@pytest.fixture(scope="session")
def shared_edge(tmp_path_factory):
    """nginx with the real configuration, for tests that leave no trace in it."""
    with Edge(tmp_path_factory.mktemp("edge")) as edge:
        yield edge


@pytest.fixture
def fresh_edge(tmp_path):
    """nginx of one test's own: its limits are untouched."""
    with Edge(tmp_path) as edge:
        yield edge
