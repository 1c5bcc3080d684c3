"""Settings in the panel, and the two files that every visitor's browser fetches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tenant_apps.branding import selectors, services
from tenant_apps.branding.models import Theme
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.tenant_apps.nasty import NASTY

from .images import image_bytes, png_that_claims, upload

PROFILE = {"name": "Clínica Alfa", "tagline": "", "address": "", "phone": "", "about": ""}


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, tenant: TenantSnapshot) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path), tenant_context(tenant):
        yield


def name_of(tenant: TenantSnapshot) -> str:
    found = find_tenant_by_slug(slug=tenant.slug)
    assert found is not None
    return found.name


def test_business_changes_name_and_texts(owner: Client, tenant: TenantSnapshot) -> None:
    fields = {
        "name": "Clínica Ñ",
        "tagline": "Sin dolor",
        "address": "Calle 1",
        "phone": "55 1234 5678",
        "about": "Hola",
    }

    response = owner.post("/panel/settings/", fields)

    theme = Theme.objects.get()
    assert response.status_code == 302
    assert (name_of(tenant), theme.tagline, theme.address, theme.about) == ("Clínica Ñ", "Sin dolor", "Calle 1", "Hola")
    assert theme.phone == "+52 55 1234 5678"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("phone", "call me"),
        ("phone", "1"),
        ("tagline", "x" * 141),
        ("about", "\x00"),
    ],
)
def test_business_shows_what_is_wrong(owner: Client, tenant: TenantSnapshot, field: str, value: str) -> None:
    response = owner.post("/panel/settings/", {**PROFILE, field: value})

    assert response.status_code == 422
    assert response.content.decode().count('aria-invalid="true"') == 1
    assert name_of(tenant) == tenant.name
    assert not Theme.objects.exists()


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_business_takes_nasty_text_as_it_is_or_refuses_it(
    owner: Client, client_for: Callable[..., Client], tenant: TenantSnapshot, text: str
) -> None:
    for field in PROFILE:
        response = owner.post("/panel/settings/", {**PROFILE, field: text})

        assert response.status_code in (302, 422), field
        if response.status_code == 302 and field not in ("name", "phone"):
            assert getattr(Theme.objects.get(), field) == text.strip()
        for browser, path in ((owner, "/panel/settings/look/"), (client_for(tenant), "/")):
            page = browser.get(path)
            assert page.status_code == 200
            assert "<script>alert" not in page.content.decode()


def test_region_changes_language_and_zone(owner: Client, tenant: TenantSnapshot) -> None:
    response = owner.post("/panel/settings/region/", {"language": "en", "timezone": "America/Tijuana"})

    found = find_tenant_by_slug(slug=tenant.slug)
    assert response.status_code == 302
    assert found is not None
    assert (found.language, found.timezone) == ("en", "America/Tijuana")


@pytest.mark.parametrize(
    "fields", [{"language": "xx"}, {"timezone": "Mars/Olympus"}, {"timezone": "../../etc/passwd"}, {"timezone": ""}]
)
def test_region_refuses_what_does_not_exist(owner: Client, tenant: TenantSnapshot, fields: dict[str, str]) -> None:
    response = owner.post("/panel/settings/region/", {"language": "es", "timezone": "America/Tijuana", **fields})

    found = find_tenant_by_slug(slug=tenant.slug)
    assert response.status_code == 422
    assert found is not None
    assert found.timezone == tenant.timezone


def test_color_that_is_hard_to_read_is_corrected_and_the_form_says_so(owner: Client) -> None:
    preview = owner.get("/panel/settings/look/preview/", {"color": "#ffe04a"}).content.decode()
    assert "We adjusted it so that everyone can read it" in preview
    assert "#ffe04a" in preview

    owner.post("/panel/settings/look/", {"color": "#ffe04a"})
    theme = Theme.objects.get()
    assert theme.color == "#ffe04a"
    assert theme.primary != theme.color


@pytest.mark.parametrize("text", ["", "teal", "#12", "#0b5a66;}*{display:none", "</style><script>", "\x00", "x" * 9000])
def test_color_refuses_what_is_none(owner: Client, text: str) -> None:
    assert owner.post("/panel/settings/look/", {"color": text}).status_code == 422
    assert owner.get("/panel/settings/look/preview/", {"color": text}).status_code == 200
    assert not Theme.objects.exists()


def test_logo_is_published_under_an_address_that_changes(owner: Client, client_for, tenant: TenantSnapshot) -> None:
    response = owner.post("/panel/settings/logo/", {"logo": upload(image_bytes())})
    theme = Theme.objects.get()
    selectors.remember_branding(theme)
    url = selectors.get_branding().logo_url

    picture = client_for(tenant).get(url)
    assert (response.status_code, picture.status_code, picture["Content-Type"]) == (302, 200, "image/webp")
    assert "immutable" in picture["Cache-Control"]
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert url in client_for(tenant).get("/").content.decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<svg onload=alert(1)>", "We could not read this file as an image"),
        (b"", "The submitted file is empty."),
        (png_that_claims(30_000, 30_000), "The image is too big"),
        (image_bytes() + b"\0" * 2_100_000, "The file is too large"),
    ],
    ids=["svg", "empty", "bomb", "heavy"],
)
def test_logo_that_is_refused_is_a_field_error(owner: Client, content: bytes, message: str) -> None:
    response = owner.post("/panel/settings/logo/", {"logo": upload(content)})

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Theme.objects.exists()


def test_logo_form_without_a_file_says_so(owner: Client) -> None:
    assert owner.post("/panel/settings/logo/", {"logo": "text"}).status_code == 422


def test_logo_is_removed(owner: Client) -> None:
    services.replace_logo(upload=upload(image_bytes()))

    assert owner.post("/panel/settings/logo/remove/").status_code == 302
    assert Theme.objects.get().logo == ""


@pytest.mark.parametrize(
    "path",
    [
        "/media/branding/0123456789abcdef/logo.webp",
        "/media/branding/0123456789abcdef/../../secret.txt",
        "/media/branding/%2e%2e/logo.webp",
        "/media/branding/0123456789abcdef/other.webp",
        "/media/secret.txt",
        "/media/",
    ],
)
def test_nothing_else_of_the_media_folder_is_public(
    client_for: Callable[..., Client], tenant: TenantSnapshot, tmp_path: Path, path: str
) -> None:
    folder = tmp_path / tenant.schema
    folder.mkdir(parents=True)
    (folder / "secret.txt").write_text("private")

    assert client_for(tenant).get(path).status_code == 404


def test_a_logo_is_not_served_on_another_workspace(
    client_for: Callable[..., Client], other_tenant: TenantSnapshot
) -> None:
    key = services.replace_logo(upload=upload(image_bytes()))

    assert client_for(other_tenant).get(f"/media/branding/{key}/logo.webp").status_code == 404


def test_stylesheet_is_kept_for_ever_under_its_version_only(
    client_for: Callable[..., Client], tenant: TenantSnapshot
) -> None:
    selectors.remember_branding(services.update_color(color="#8c2f6b"))
    browser, url = client_for(tenant), selectors.get_branding().theme_css_url

    current, stale = browser.get(url), browser.get("/theme.css?v=old")

    assert current["Content-Type"] == "text/css; charset=utf-8"
    assert "#8c2f6b" in current.content.decode()
    assert "immutable" in current["Cache-Control"]
    assert stale["Cache-Control"] == "no-cache"
    assert url in browser.get("/").content.decode()
