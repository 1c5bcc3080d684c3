"""Pages of the apex: the landing page, sign-up with its fragments, and the page that waits for a workspace."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.generic import FormView, TemplateView, View

from shared_apps.billing import selectors as billing
from shared_apps.core import htmx
from shared_apps.core.addresses import client_network
from shared_apps.core.countries import COUNTRIES, Country, guess_country
from shared_apps.core.ratelimit import limit
from shared_apps.core.views import DomainErrorMixin, ServiceFormMixin
from shared_apps.core.zones import visitor_zone
from tenants.errors import NoSpareTenant
from tenants.hosts import workspace_url

from . import selectors, services
from .domain import Sector, load_sectors
from .forms import AddressForm, FindWorkspaceForm, SignUpForm, clean_line

SIGN_UPS = "10/m"  # valid forms from one network; an office or a school shares one
ATTEMPTS = "60/m"  # forms of any kind
LOOKS_AT_ADDRESSES = "120/m"


def language() -> str:
    """Return the language of the request: "es" or "en"."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def country_of(request: HttpRequest) -> Country:
    """Return the country the visitor chose in the address, or seems to be in."""
    chosen = COUNTRIES.get(request.GET.get("country", ""))
    zone = visitor_zone(request)
    return chosen or guess_country(
        accept_language=request.headers.get("Accept-Language", ""), timezone=zone.key if zone else ""
    )


def enter_url(opened: services.Opened) -> str:
    """Return where the new owner is signed in on the workspace's own host, and welcomed."""
    query = urlencode({"code": opened.handover_code, "next": "/panel/welcome/"})
    return workspace_url(opened.slug, f"/enter/?{query}")


def sector_card(sector: Sector) -> dict[str, str]:
    """Return what the landing page shows of a sector."""
    words = language()
    return {
        "slug": sector.slug,
        "icon": sector.icon,
        "name": sector.name.localized(words),
        "tagline": sector.tagline.localized(words),
    }


class LandingView(TemplateView):
    """What Oficio is, for whom, and what it costs. `?country=` chooses the currency of the prices."""

    template_name = "signup/public/landing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        country = country_of(self.request)
        return super().get_context_data(
            plans=billing.list_offers(currency=country.currency, language=language()),
            sectors=[sector_card(sector) for sector in load_sectors().values()],
            sign_up_url=reverse("signup:sign_up"),
            sign_in_url=reverse("signup:find_workspace"),
            base_host=settings.BASE_HOST,
            **kwargs,
        )


class SignUpView(ServiceFormMixin, FormView):  # type: ignore[type-arg]
    """The form; its success leads to the new workspace, or to the page that waits for one."""

    template_name = "signup/public/sign_up.html"
    form_class = SignUpForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limit("signup_attempt", client_network(request), rate=ATTEMPTS)
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        sector = self.request.GET.get("sector", "")
        return {"sector": sector if sector in load_sectors() else ""}

    def get_form_kwargs(self) -> dict[str, Any]:
        zone = visitor_zone(self.request)
        return {
            **super().get_form_kwargs(),
            "language": language(),
            "country": country_of(self.request),
            "zone": zone.key if zone else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        form.focus()
        if form.is_bound:
            context.update(address_context(form["slug"].value(), form["business"].value(), form["sector"].value()))
        return {**context, "address_suffix": address_suffix()}

    def perform(self, form: SignUpForm) -> HttpResponse:
        limit("signup", client_network(self.request), rate=SIGN_UPS)
        outcome = services.sign_up(
            application=form.application(), password=form.cleaned_data["password"], now=timezone.now()
        )
        if isinstance(outcome, services.Waiting):
            return htmx.redirect(self.request, reverse("signup:wait", args=[outcome.token]))
        return htmx.redirect(self.request, enter_url(outcome))


def address_suffix() -> str:
    """Return what follows a workspace's name in its address, as people see it in the browser."""
    return workspace_url("x").partition("//x")[2].rstrip("/")


def address_context(slug: str, business: str, sector: str, *, suggested: str = "") -> dict[str, Any]:
    """Return what the address fragment shows: the address, whether it can be had, and what else could."""
    slug = (slug or "").strip().lower()
    context: dict[str, Any] = {"slug": slug, "suggested": suggested, "address_suffix": address_suffix()}
    if slug:
        context["address"] = selectors.check_address(
            slug=slug, business=business or "", sector=sector or "", language=language()
        )
    return context


class AddressView(DomainErrorMixin, View):
    """While somebody types: suggests an address for a business name, or tells whether a typed one is free.

    With `source=business` the answer holds the field again, unless an address was typed by hand: then it is 204. With
    `source=suggestion` it holds the field with the suggestion that was chosen.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        limit("signup_address", client_network(request), rate=LOOKS_AT_ADDRESSES)
        names = ("source", "slug", "suggested", "business", "sector")
        values = {name: request.GET.get(name, "").strip()[:200] for name in names}
        if any("\x00" in value for value in values.values()):
            raise Http404
        if values["source"] != "business":
            context = address_context(values["slug"], values["business"], values["sector"])
            template = "_address" if values["source"] == "suggestion" else "_address_status"
            return render(request, f"signup/public/{template}.html", {**context, "is_fragment": True})
        if values["slug"] and values["slug"] != values["suggested"]:
            return HttpResponse(status=204)
        suggestion = self._suggest(values["business"], values["sector"])
        context = address_context(suggestion, values["business"], values["sector"], suggested=suggestion)
        return render(request, "signup/public/_address.html", {**context, "is_fragment": True})

    @staticmethod
    def _suggest(business: str, sector: str) -> str:
        try:
            clean_line(business)
        except ValidationError:
            return ""
        found = selectors.suggest_addresses(business=business, sector=sector, language=language(), count=1)
        return found[0] if found else ""


class ZonesView(View):
    """The time zones of a country, when it has several; an empty fragment otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        zone = visitor_zone(request)
        form = SignUpForm(language=language(), country=country_of(request), zone=zone.key if zone else "")
        return render(request, "signup/public/_zones.html", {"form": form})


class WaitingView(ServiceFormMixin, FormView):  # type: ignore[type-arg]
    """Shows how far a workspace is. Its POST, which the page sends every second, opens it once it is built."""

    template_name = "signup/public/waiting.html"
    form_class = AddressForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        progress = selectors.get_progress(token=self.kwargs["token"], now=timezone.now())
        form = kwargs.get("form")
        context = super().get_context_data(progress=progress, address_suffix=address_suffix(), **kwargs)
        if form is not None and form.is_bound and form.errors:
            context.update(address_context(form["slug"].value() or progress.slug, progress.business, ""))
        return context

    def perform(self, form: AddressForm) -> HttpResponse:
        try:
            opened = services.resume_sign_up(
                token=self.kwargs["token"], slug=form.cleaned_data["slug"], now=timezone.now()
            )
        except NoSpareTenant:
            context = self.get_context_data()
            if self.request.GET.get("step") == str(context["progress"].step):
                return HttpResponse(status=204)  # nothing new to show, nor to read aloud
            return self.render_to_response(context)
        return htmx.redirect(self.request, enter_url(opened))

    def get_template_names(self) -> list[str]:
        return ["signup/public/_waiting.html"] if htmx.is_htmx(self.request) else [self.template_name]


class FindWorkspaceView(FormView):  # type: ignore[type-arg]
    """Where “sign in” at the apex leads: people have their accounts in their workspaces, so it asks for the address."""

    template_name = "signup/public/find_workspace.html"
    form_class = FindWorkspaceForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(address_suffix=address_suffix(), **kwargs)

    def form_valid(self, form: FindWorkspaceForm) -> HttpResponse:
        return HttpResponseRedirect(workspace_url(form.cleaned_data["slug"], "/panel/"))

    def form_invalid(self, form: FindWorkspaceForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TermsView(TemplateView):
    template_name = "signup/public/terms.html"
