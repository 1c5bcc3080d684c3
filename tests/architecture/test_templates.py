"""What every template must hold to for the strict policy and for the icon sprite."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (ROOT / "static/dist/icons.svg").read_text(encoding="utf-8")))
# E-mail clients read inline styles only, and the operators' panel has its own policy.
OUTSIDE_THE_POLICY = ("/emails/", "/email/", "/admin/", "/unfold/", "/operators/")
PAGES = [path for path in TEMPLATES if not any(part in path.as_posix() for part in OUTSIDE_THE_POLICY)]

ICON = re.compile(r"""(?:{% icon |\bicon=)["']([a-z0-9-]+)["']""")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style\b|\sstyle=", re.IGNORECASE)
INLINE_HANDLER = re.compile(r"""\son[a-z]+=["']|href=["']javascript:|\bhx-on\b|\bhx-vals=["']js:""", re.IGNORECASE)
FOREIGN = re.compile(r"""(?:\bsrc=|<link[^>]*\bhref=)["'](?:https?:)?//""", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_page_obeys_the_policy(path):
    source = path.read_text(encoding="utf-8")
    found = [
        pattern.pattern
        for pattern in (INLINE_SCRIPT, INLINE_STYLE, INLINE_HANDLER, FOREIGN)
        if pattern.search(re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", source, flags=re.DOTALL))
    ]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_icons_are_in_the_sprite(path):
    assert set(ICON.findall(path.read_text(encoding="utf-8"))) - SPRITE == set()


def test_icons_named_in_code_are_in_the_sprite():
    # The operators' panel is django-unfold's, with icons of its own.
    folders = [ROOT / "shared_apps", ROOT / "tenant_apps"]
    sources = [path for folder in folders for path in folder.rglob("*.py") if "operators" not in path.parts]
    names = {
        name for path in sources for name in re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    names |= {
        name
        for path in (ROOT / "shared_apps/signup/sectors").glob("*.json")
        for name in re.findall(r'"icon": "([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert names - SPRITE == set()


# Marks without a rule of their own: a parent's state for its children, a hook for a script.
MARKS = {"group", "peer", "no-js", "toast-undo"}


def read_classes(source: str) -> set[str]:
    """Return the class names that a template writes out whole; one that a tag completes is left out."""
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", source, flags=re.DOTALL)
    plain = re.sub(r"{#.*?#}|{%.*?%}", " ", re.sub(r"{{.*?}}", "\0", source))
    names = {name for value in re.findall(r'\bclass(?:es)?="([^"]*)"', plain) for name in value.split()}
    return {name for name in names if "\0" not in name and not name.endswith("-")} - MARKS


def test_every_class_is_in_the_stylesheet():
    """Fails when a template uses a class that `make css` has not built yet."""
    css = "".join((ROOT / f"static/dist/{name}.css").read_text(encoding="utf-8") for name in ("app", "calendar"))
    built = {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"\.((?:[\w-]|\\.)+)", css)}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in PAGES
        for name in read_classes(path.read_text(encoding="utf-8")) - built
        if path.parts[-3] != "notifications"
    }
    assert missing == set()


def test_vendored_files_point_to_no_missing_map():
    for path in [*(ROOT / "static/dist").glob("*"), *(ROOT / "static/vendor").rglob("*.js")]:
        if path.suffix in {".js", ".css"}:
            assert "sourceMappingURL" not in path.read_text(encoding="utf-8")
