"""Turns an event into the three parts of an e-mail, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context, Engine, engines
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tenant_apps.branding import selectors as branding
from tenants.context import current_tenant
from tenants.hosts import workspace_url

from .domain import Recipient

FOLDER = "notifications/email"


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


def render_email(*, event: str, recipient: Recipient, language: str, context: Mapping[str, Any]) -> RenderedEmail:
    """Render subject, text and HTML in a language and the workspace's time zone. Raises TemplateDoesNotExist."""
    tenant = current_tenant()
    look = branding.get_branding()
    with translation.override(language), timezone.override(ZoneInfo(tenant.timezone)):
        values = {
            **context,
            "recipient": recipient,
            "workspace": tenant,
            "workspace_url": workspace_url(tenant.slug),
            "logo_url": workspace_url(tenant.slug, look.mail_logo_url) if look.mail_logo_url else "",
            "branding": look,
            "button_color": look.colors.primary if look.colors else look.color,
            "button_text_color": look.colors.primary_content if look.colors else "#ffffff",
            "language": language,
        }
        values["subject"] = " ".join(_render_plain(f"{FOLDER}/{event}.subject.txt", values).split())
        text = _render_plain(f"{FOLDER}/{event}.txt", values).strip() + "\n"
        return RenderedEmail(values["subject"], text, render_to_string(f"{FOLDER}/{event}.html", values))


def _render_plain(name: str, values: dict[str, Any]) -> str:
    """Render without escaping: an ampersand in a name stays one."""
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    return str(engine.get_template(name).render(Context(values, autoescape=False)))
