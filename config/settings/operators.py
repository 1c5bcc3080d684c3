"""The operators' panel: django-unfold's own settings."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _link(title: str | Promise, icon: str, url_name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"operators:{url_name}")}


UNFOLD = {
    "SITE_TITLE": _("Oficio operators"),
    "SITE_HEADER": "Oficio",
    "SITE_SUBHEADER": _("Operators · times in UTC"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "hub",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("dist/favicon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # The primary of the product's own theme, as a ramp.
        "primary": {
            "50": "oklch(97.5% .012 205)",
            "100": "oklch(94.5% .024 205)",
            "200": "oklch(88.5% .043 205)",
            "300": "oklch(79.5% .068 205)",
            "400": "oklch(73% .085 205)",
            "500": "oklch(66% .09 205)",
            "600": "oklch(44% .075 205)",
            "700": "oklch(38% .066 205)",
            "800": "oklch(33% .055 205)",
            "900": "oklch(28% .045 205)",
            "950": "oklch(20% .033 205)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    _link(_("Overview"), "dashboard", "index"),
                    _link(_("Workspaces"), "storefront", "tenants_tenant_changelist"),
                    _link(_("Sign-ups"), "person_add", "signup_signup_changelist"),
                    _link(_("Plans"), "sell", "billing_plan_changelist"),
                ]
            },
            {
                "title": _("Operation"),
                "separator": True,
                "items": [
                    _link(_("Jobs"), "schedule", "jobs_scheduledjob_changelist"),
                    _link(_("Health"), "monitor_heart", "health"),
                    _link(_("What operators did"), "history", "operators_operatoraction_changelist"),
                ],
            },
        ],
    },
}
