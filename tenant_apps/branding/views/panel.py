"""The owner's settings: business, region, look."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from shared_apps.accounts.permissions import OwnerRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, ServiceFormMixin
from tenant_apps.branding import domain, forms, selectors, services
from tenants import services as tenants
from tenants.context import current_tenant


class BusinessView(OwnerRequired, ServiceFormMixin, FormView):
    """Name, sentence, address, phone and text of the public page."""

    template_name = "branding/panel/business.html"
    form_class = forms.ProfileForm

    def get_initial(self) -> dict[str, str]:
        return forms.profile_initial(selectors.get_branding())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "workspace": current_tenant()}

    def perform(self, form: forms.ProfileForm) -> HttpResponse:
        services.update_profile(profile=form.profile(), now=timezone.now())
        toasts.show(self.request, _("Saved. Your page shows it already."))
        return htmx.redirect(self.request, reverse("branding:business"))


class RegionView(OwnerRequired, ServiceFormMixin, FormView):
    """Language and time zone; the page warns of what a new zone does to hours and appointments."""

    template_name = "branding/panel/region.html"
    form_class = forms.RegionForm
    extra_context = {"now": timezone.now}

    def get_initial(self) -> dict[str, str]:
        return {"language": current_tenant().language, "timezone": current_tenant().timezone}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "workspace": current_tenant()}

    def perform(self, form: forms.RegionForm) -> HttpResponse:
        tenants.update_tenant(tenant_id=current_tenant().id, now=timezone.now(), **form.cleaned_data)
        toasts.show(self.request, _("Saved."))
        return htmx.redirect(self.request, reverse("branding:region"))


class LookView(OwnerRequired, ServiceFormMixin, FormView):
    """Color and logo, with a preview in both themes."""

    template_name = "branding/panel/look.html"
    form_class = forms.ColorForm

    def get_initial(self) -> dict[str, str]:
        return {"color": selectors.get_branding().color}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        typed = context["form"]["color"].value() or ""
        sample = domain.look_sample_typed(typed, saved=selectors.get_branding().color)
        return {"logo_form": forms.LogoForm(), **sample, **context}

    def perform(self, form: forms.ColorForm) -> HttpResponse:
        theme = services.update_color(color=form.cleaned_data["color"])
        if theme.primary == theme.color:
            message = _("Saved.")
        else:
            message = _("Saved, a little adjusted so that everyone can read it.")
        toasts.show(self.request, message)
        return htmx.redirect(self.request, reverse("branding:look"))


class LogoView(OwnerRequired, SentFromMixin, ServiceFormMixin, FormView):
    """Takes a new logo; a refusal is shown on the look page, whose other forms stay as they are."""

    form_page = "branding:look"
    template_name = "branding/panel/look.html"
    form_class = forms.LogoForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        branding = selectors.get_branding()
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "logo_form": context["form"],
            "form": forms.ColorForm(initial={"color": branding.color}),
            **domain.look_sample(branding.color),
        }

    def perform(self, form: forms.LogoForm) -> HttpResponse:
        services.replace_logo(upload=form.cleaned_data["logo"])
        toasts.show(self.request, _("Your new logo is on your page."))
        return htmx.redirect(self.request, reverse("branding:look"))


class RemoveLogoView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Goes back to the initials."""

    form_page = "branding:look"

    def post(self, request: HttpRequest) -> HttpResponse:
        services.remove_logo()
        toasts.show(request, _("Logo removed."))
        return htmx.redirect(request, reverse("branding:look"))


class ColorPreviewView(OwnerRequired, TemplateView):
    """Shows what becomes of a color that is being chosen. Writes nothing."""

    template_name = "branding/panel/_color_sample.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sample = domain.look_sample_typed(request.GET.get("color", ""), saved=selectors.get_branding().color)
        return render(request, self.template_name, sample)
