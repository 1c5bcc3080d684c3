"""The sole writers of a workspace's look."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.color import correct_for_contrast, parse_hex, to_hex
from shared_apps.core.errors import InvalidInput
from tenants import services as tenants
from tenants.context import current_tenant

from . import gateways, selectors
from .domain import ONBOARDING_STEPS, Profile
from .models import ONLY_ID, Theme


def update_profile(*, profile: Profile, now: datetime) -> None:
    """Change the business's name and the words of its public page.

    One transaction: the name lives in the tenant's public row, the rest in the workspace.
    """
    with _changed_theme() as theme:
        theme.tagline = profile.tagline
        theme.about = profile.about
        theme.address = profile.address
        theme.phone = profile.phone
        tenants.rename_tenant(tenant_id=current_tenant().id, name=profile.name, now=now)


def update_color(*, color: str) -> Theme:
    """Set the workspace's color, "#rgb" or "#rrggbb", and keep beside it what can be read on our surfaces.

    A color under 4.5:1 is corrected in lightness (`theme.primary` differs from `theme.color`); none is refused for it.
    Raises InvalidInput for anything that is not a color.
    """
    try:
        given, corrected = to_hex(parse_hex(color)), correct_for_contrast(color)
    except ValueError as error:
        raise InvalidInput(fields={"color": [_("Write a color such as #0b5a66.")]}) from error
    with _changed_theme() as theme:
        theme.color = given
        theme.primary = corrected.primary
        theme.primary_content = corrected.primary_content
        theme.primary_dark = corrected.primary_dark
        theme.primary_content_dark = corrected.primary_content_dark
    return theme


def update_look(*, name: str, color: str, logo: UploadedFile | None, now: datetime) -> None:
    """Set name and color, and the logo if one is given, all or nothing.

    Raises InvalidInput, LogoTooLarge, LogoTooManyPixels, LogoNotAnImage.
    """
    with transaction.atomic():
        update_color(color=color)
        tenants.rename_tenant(tenant_id=current_tenant().id, name=name, now=now)
        if logo is not None:
            replace_logo(upload=logo)


def replace_logo(*, upload: UploadedFile) -> str:
    """Publish a new logo and return its key. The former one's files go after the commit.

    Raises LogoTooLarge, LogoTooManyPixels, LogoNotAnImage; then the former logo stays.
    """
    image = gateways.read_logo(upload)
    key = secrets.token_hex(8)
    gateways.store_logo(image, key=key)
    try:
        _swap_logo(key)
    except BaseException:
        gateways.delete_logo(key=key)
        raise
    return key


def remove_logo() -> None:
    """Show the name's initials instead of a logo; no logo already is fine."""
    _swap_logo("")


def note_onboarding(*, step: str) -> None:
    """Remember what the onboarding shows next. It only moves forward; an earlier step changes nothing."""
    with _changed_theme() as theme:
        if ONBOARDING_STEPS.index(step) > ONBOARDING_STEPS.index(theme.onboarding_step):
            theme.onboarding_step = step


def _swap_logo(key: str) -> None:
    with _changed_theme() as theme:
        former, theme.logo = theme.logo, key
        if former:
            transaction.on_commit(lambda: gateways.delete_logo(key=former))


@contextmanager
def _changed_theme() -> Iterator[Theme]:
    """Yield the locked row, creating it if need be, save it at the end, and renew the cache after the commit."""
    with transaction.atomic():
        Theme.objects.bulk_create([Theme(pk=ONLY_ID)], ignore_conflicts=True)
        theme = Theme.objects.select_for_update().get(pk=ONLY_ID)
        yield theme
        theme.save()
        transaction.on_commit(lambda: selectors.remember_branding(theme))
