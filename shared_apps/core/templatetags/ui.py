"""Template tags of the interface: `{% load ui %}`. Examples of each are in docs/frontend.md."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from shared_apps.core import moments, navigation, toasts
from shared_apps.core import money as core_money

register = template.Library()

# One meaning, one color, one icon (DESIGN, "Color").
STATUSES = {
    "pending": ("pending", "clock", _("Pending")),
    "confirmed": ("confirmed", "calendar-check", _("Confirmed")),
    "arrived": ("arrived", "map-pin", _("Arrived")),
    "completed": ("done", "check-check", _("Done")),
    "no_show": ("no-show", "user-x", _("No-show")),
    "cancelled": ("cancelled", "x", _("Cancelled")),
}
NEUTRAL_STATUS = ("cancelled", "circle", "")
AVATAR_COLORS = 5


@register.simple_tag
def icon(name: str, classes: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration and hidden from screen readers."""
    href = f"{static('dist/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, href
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"/></svg>', classes, href
    )


@register.simple_tag
def money(amount: Decimal, currency: str, trim: bool = False) -> SafeString:
    """Write an amount in the currency's form."""
    text = core_money.format_money(Decimal(amount), str(currency), trim=trim)
    return format_html('<span class="tabular whitespace-nowrap">{}</span>', text)


def _workspace(context: Context) -> Any:
    return context.get("workspace")


@register.simple_tag(takes_context=True)
def local_time(context: Context, moment: datetime | date | None, form: str = "datetime") -> SafeString | str:
    """Write a moment in the workspace's zone (in the current zone at the apex), with the country's clock."""
    if moment is None:
        return ""
    workspace = _workspace(context)
    zone = ZoneInfo(workspace.timezone) if workspace else timezone.get_current_timezone()
    text = moments.write_moment(moment, zone=zone, form=form, country=workspace.country if workspace else "")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.simple_tag(takes_context=True)
def visitor_time(context: Context, moment: datetime, form: str = "long", named: bool = True) -> SafeString | str:
    """Write a moment in the visitor's zone, with its name unless `named` is off, or nothing when the clocks agree."""
    workspace, zone = _workspace(context), context.get("visitor_timezone")
    if workspace is None or zone is None:
        return ""
    if moment.astimezone(zone).utcoffset() == moment.astimezone(ZoneInfo(workspace.timezone)).utcoffset():
        return ""
    text = moments.write_moment(moment, zone=zone, form=form, country=workspace.country)
    text = f"{text} · {moments.write_zone(zone)}" if named else text
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.simple_tag(takes_context=True)
def visitor_zone(context: Context) -> str:
    """Name the visitor's zone, or nothing when the browser has not told it."""
    zone = context.get("visitor_timezone")
    return moments.write_zone(zone) if zone else ""


@register.simple_tag(takes_context=True)
def workspace_zone(context: Context, moment: datetime | None = None) -> str:
    """Name the workspace's zone: "Mexico City, GMT−6"."""
    workspace = _workspace(context)
    zone = ZoneInfo(workspace.timezone) if workspace else timezone.get_current_timezone()
    return f"{moments.write_zone(zone)}, {moments.write_offset(moment or timezone.now(), zone)}"


@register.simple_tag
def status_badge(status: str, label: str = "") -> SafeString:
    """Draw a status as icon and word in its color."""
    tone, name, word = STATUSES.get(str(status), NEUTRAL_STATUS)
    return format_html(
        '<span class="badge-status tone-{}">{}<span class="badge-word">{}</span></span>',
        tone,
        icon(name),
        label or word or status,
    )


@register.simple_tag
def status_tone(status: str) -> str:
    """Return the class that gives --tone and --tone-soft for a status."""
    return f"tone-{STATUSES.get(str(status), NEUTRAL_STATUS)[0]}"


@register.simple_tag
def avatar(name: str, image_url: str = "", classes: str = "") -> SafeString:
    """Draw a picture or initials; the color is steady for a name. Decoration: the name stands beside it."""
    if image_url:
        return format_html('<span class="avatar {}"><img src="{}" alt="" loading="lazy"></span>', classes, image_url)
    color = crc32(str(name).encode()) % AVATAR_COLORS
    return format_html('<span class="avatar avatar-{} {}" aria-hidden="true">{}</span>', color, classes, initials(name))


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word, titles such as "Dra." left out."""
    words = [word for word in str(name).split() if word[0].isalnum() and not word.endswith(".")]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


@register.simple_tag(takes_context=True)
def nav_links(context: Context, area: navigation.Area) -> list[navigation.NavLink]:
    """Return the navigation of an area for the person signed in: `{% nav_links "panel" as links %}`."""
    return navigation.list_links(area=area, request=context["request"])


@register.simple_tag(takes_context=True)
def page_toasts(context: Context) -> list[dict[str, Any]]:
    """Return the queued messages for the toast region."""
    return [toasts.as_toast(message) for message in context.get("messages") or ()]


def _component(name: str, content: str, values: dict[str, Any]) -> SafeString:
    # `content` is the rendered inside of the block tag, escaped by its own variables.
    return mark_safe(get_template(f"components/{name}.html").render({**values, "content": content}))  # noqa: S308


@register.simple_block_tag(end_name="endcard")
def card(
    content: str, title: str = "", icon: str = "", classes: str = "", flush: bool = False, id: str = ""
) -> SafeString:
    """A box; flush lets rows or a table touch its edges."""
    values = {"title": title, "icon": icon, "classes": classes, "flush": flush, "id": id}
    return _component("card", content, values)


@register.simple_block_tag(end_name="endpage_header")
def page_header(content: str, title: str, lead: str = "", back_url: str = "", back_label: str = "") -> SafeString:
    """A page's title with its actions at the right (the block's inside)."""
    values = {"title": title, "lead": lead, "back_url": back_url, "back_label": back_label}
    return _component("page_header", content, values)


@register.simple_block_tag(end_name="endempty_state")
def empty_state(content: str, icon: str, title: str, text: str = "") -> SafeString:
    """What an empty list says: icon, one sentence and one action (the block's inside)."""
    return _component("empty_state", content, {"icon": icon, "title": title, "text": text})


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "", icon: str = "info", title: str = "", role: str = "") -> SafeString:
    """A message in the page. tone: pending, confirmed, arrived, done, no-show or none; role="alert" announces it."""
    return _component("notice", content, {"tone": tone, "icon": icon, "title": title, "role": role})


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, id: str, title: str, wide: bool = False) -> SafeString:
    """A native dialog, opened by data-dialog-open="<id>"."""
    return _component("dialog", content, {"id": id, "title": title, "wide": wide})


@register.simple_block_tag(end_name="endside_sheet")
def side_sheet(
    content: str, id: str, title: str, open_now: bool = False, close_url: str = "", is_fragment: bool = False
) -> SafeString:
    """A sheet from the right (from below on phones). close_url: where closing leads when it has an address."""
    values = {"id": id, "title": title, "open_now": open_now, "close_url": close_url, "is_fragment": is_fragment}
    return _component("side_sheet", content, values)
