"""The look of a workspace: colors, logos, texts, and their cache."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as CacheDown

from shared_apps.core.color import contrast
from shared_apps.core.errors import InvalidInput
from tenant_apps.branding import errors, gateways, selectors, services
from tenant_apps.branding.domain import Profile
from tenant_apps.branding.models import Theme
from tenants.context import TenantSnapshot, tenant_context

from .images import image_bytes, png_that_claims, upload


@pytest.fixture(autouse=True)
def _media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def test_branding_of_a_new_workspace_is_the_products(in_tenant: TenantSnapshot) -> None:
    branding = selectors.get_branding()

    assert branding.name == in_tenant.name
    assert (branding.theme_css_url, branding.logo_url, branding.is_onboarded) == ("", "", False)
    assert Theme.objects.count() == 0


@pytest.mark.parametrize("color", ["#ffe04a", "#ffffff", "#000", "#7fdbff", "#0b5a66"])
def test_update_color_keeps_what_was_chosen_and_makes_it_readable(in_tenant: TenantSnapshot, color: str) -> None:
    theme = services.update_color(color=color)

    assert theme.color.startswith("#")
    assert len(theme.color) == 7
    assert contrast(theme.primary, theme.primary_content) >= 4.5
    assert contrast(theme.primary_dark, theme.primary_content_dark) >= 4.5


@pytest.mark.parametrize("color", ["", "teal", "#12345", "#gggggg", "rgb(0,0,0)", "#0b5a66;}body{display:none"])
def test_update_color_refuses_what_is_no_color(in_tenant: TenantSnapshot, color: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.update_color(color=color)

    assert list(refusal.value.fields) == ["color"]
    assert Theme.objects.count() == 0


def test_stylesheet_address_changes_with_the_color(in_tenant: TenantSnapshot) -> None:
    services.update_color(color="#1f4e9c")
    first = Theme.objects.get()
    selectors.remember_branding(first)
    before = selectors.get_branding().theme_css_url
    selectors.remember_branding(services.update_color(color="#8c2f6b"))

    assert before != selectors.get_branding().theme_css_url
    assert "#8c2f6b" in selectors.render_css(selectors.get_branding())


def test_replace_logo_stores_three_clean_images(in_tenant: TenantSnapshot) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = image_bytes(kind="JPEG", exif=exif) + b"<script>alert(1)</script>"

    key = services.replace_logo(upload=upload(content, "logo.jpg", "image/jpeg"))

    sizes = {}
    for name in gateways.CONTENT_TYPES:
        stored = gateways.open_logo(key=key, name=name)
        assert stored is not None
        assert b"secret" not in stored
        assert b"script" not in stored
        with Image.open(BytesIO(stored)) as image:
            sizes[name] = image.size
            assert not image.getexif()
    assert sizes == {"mark.webp": (128, 128), "logo.webp": (300, 120), "logo.png": (256, 102)}


def test_replace_logo_turns_a_photo_upright(in_tenant: TenantSnapshot) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    key = services.replace_logo(upload=upload(image_bytes(kind="JPEG", exif=exif)))

    with Image.open(BytesIO(gateways.open_logo(key=key, name="logo.webp") or b"")) as image:
        assert image.size == (120, 300)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1", "I;16"])
def test_replace_logo_accepts_every_kind_of_pixel(in_tenant: TenantSnapshot, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    content = image_bytes(kind=kind, mode=mode) if mode != "I;16" else _sixteen_bit()

    assert services.replace_logo(upload=upload(content))


def _sixteen_bit() -> bytes:
    buffer = BytesIO()
    Image.new("I;16", (20, 20), 700).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        image_bytes()[:80],
        image_bytes(kind="WEBP")[:60],
        image_bytes(kind="BMP"),
        image_bytes(kind="GIF"),
        image_bytes(kind="TIFF"),
        b"%PDF-1.7",
    ],
    ids=["empty", "gif header", "svg", "broken png", "cut png", "cut webp", "bmp", "gif", "tiff", "pdf"],
)
def test_replace_logo_refuses_what_is_not_an_image_of_ours(in_tenant: TenantSnapshot, content: bytes) -> None:
    with pytest.raises(errors.LogoNotAnImage) as refusal:
        services.replace_logo(upload=upload(content))

    assert list(refusal.value.fields) == ["logo"]
    assert Theme.objects.count() == 0


@pytest.mark.parametrize(("width", "height"), [(4097, 10), (10, 4097), (20_000, 20_000), (60_000, 60_000)])
def test_replace_logo_refuses_huge_pictures_by_their_header(in_tenant: TenantSnapshot, width: int, height: int) -> None:
    with pytest.raises(errors.LogoTooManyPixels):
        services.replace_logo(upload=upload(png_that_claims(width, height)))


def test_replace_logo_refuses_heavy_files(in_tenant: TenantSnapshot) -> None:
    with pytest.raises(errors.LogoTooLarge):
        services.replace_logo(upload=upload(image_bytes() + b"\0" * 2 * 1024 * 1024))


def test_replace_logo_deletes_the_former_files_after_the_commit(committed_db: None, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        first = services.replace_logo(upload=upload(image_bytes()))
        second = services.replace_logo(upload=upload(image_bytes(size=(64, 64))))

        assert gateways.open_logo(key=first, name="mark.webp") is None
        assert gateways.open_logo(key=second, name="mark.webp") is not None
        services.remove_logo()
        assert gateways.open_logo(key=second, name="mark.webp") is None
        assert default_storage.listdir("branding")[1] == []


def test_a_logo_belongs_to_its_workspace(in_tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    key = services.replace_logo(upload=upload(image_bytes()))

    with tenant_context(other_tenant):
        assert gateways.open_logo(key=key, name="mark.webp") is None


def test_update_profile_changes_name_and_texts(committed_db: None, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        services.update_profile(
            profile=Profile("Clínica Ñandú", "Sin dolor", "Hola", "Calle 1", "+52 1"), now=timezone.now()
        )
        branding = selectors.get_branding()

    assert (branding.tagline, branding.about, branding.address, branding.phone) == (
        "Sin dolor",
        "Hola",
        "Calle 1",
        "+52 1",
    )


def test_branding_costs_one_query_and_then_none(
    committed_db: None, tenant: TenantSnapshot, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with tenant_context(tenant):
        services.update_color(color="#1f4e9c")
        cache.clear()
        with django_assert_num_queries(1):
            selectors.get_branding()
        with django_assert_num_queries(0):
            assert selectors.get_branding().color == "#1f4e9c"


def test_branding_comes_from_the_database_when_the_cache_is_down(
    in_tenant: TenantSnapshot, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    services.update_color(color="#1f4e9c")

    def fail(*args: object, **options: object) -> None:
        raise CacheDown("no route")

    for name in ("get", "set", "add"):
        monkeypatch.setattr(type(cache._connections[cache._alias]), name, fail, raising=True)
    with django_assert_num_queries(1):
        assert selectors.get_branding().color == "#1f4e9c"
    services.update_color(color="#8c2f6b")
    assert selectors.get_branding().color == "#8c2f6b"


def test_cached_branding_is_never_another_workspaces(
    committed_db: None, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with tenant_context(tenant):
        services.update_color(color="#1f4e9c")
        selectors.get_branding()
    with tenant_context(other_tenant):
        assert selectors.get_branding().theme_css_url == ""


def test_onboarding_only_moves_forward(in_tenant: TenantSnapshot) -> None:
    services.note_onboarding(step="look")
    services.note_onboarding(step="hours")

    assert Theme.objects.get().onboarding_step == "look"
