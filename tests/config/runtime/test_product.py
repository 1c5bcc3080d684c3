"""What decides whether the web process may start before the preparation has ended."""

from pathlib import Path

import pytest

from config.runtime import product


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("tenants/migrations/0001_initial.py", "static/dist/app.js", "static/src/app.js"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("1")
    monkeypatch.setattr(product, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["tenants/migrations/0001_initial.py", "static/dist/app.js"])
def test_sources_fingerprint_changes_with_what_the_web_process_reads_once(tree: Path, name: str) -> None:
    before = product.sources_fingerprint({})
    (tree / name).write_text("22")
    assert product.sources_fingerprint({}) != before


def test_sources_fingerprint_stays_for_anything_else(tree: Path) -> None:
    before = product.sources_fingerprint({})
    (tree / "static/src/app.js").write_text("22")
    assert product.sources_fingerprint({}) == before


def test_sources_fingerprint_tells_databases_apart(tree: Path) -> None:
    assert product.sources_fingerprint({"DATABASE_URL": "postgresql://a/b"}) != product.sources_fingerprint({})
