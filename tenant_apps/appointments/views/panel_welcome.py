"""The onboarding after sign-up: services, hours, look, and the link to share. Each step may be skipped or left."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View

from shared_apps.accounts.permissions import OwnerRequired
from shared_apps.core import htmx
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, ServiceFormMixin
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.forms.hours import WeekForm, copy_monday, week_initial
from tenant_apps.appointments.forms.welcome import LookForm, ServicesForm
from tenant_apps.appointments.services import setup
from tenant_apps.branding import selectors as branding_selectors
from tenant_apps.branding import services as branding
from tenant_apps.branding.domain import ONBOARDING_STEPS, look_sample_typed
from tenants.context import current_tenant
from tenants.hosts import workspace_url

if TYPE_CHECKING:
    from tenant_apps.appointments.models import StaffMember

STEPS = (("services", _("Services")), ("hours", _("Hours")), ("look", _("Look")))
URLS = {
    "services": "panel:welcome_services",
    "hours": "panel:welcome_hours",
    "look": "panel:welcome_look",
    "share": "panel:welcome_share",
    "finished": "panel:agenda",
}


def url_after(step: str) -> str:
    return reverse(URLS[ONBOARDING_STEPS[ONBOARDING_STEPS.index(step) + 1]])


class WelcomeView(OwnerRequired, DomainErrorMixin, View):
    """Leads to the step that was left."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return htmx.redirect(request, reverse(URLS[branding_selectors.get_branding().onboarding_step]))


class SkipView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Leaves a step as it is and goes on; "finished" ends the onboarding."""

    form_page = "panel:welcome"

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        following = ONBOARDING_STEPS[ONBOARDING_STEPS.index(step) + 1]
        branding.note_onboarding(step=following)
        return htmx.redirect(request, reverse(URLS[following]))


class StepView(OwnerRequired, ServiceFormMixin, FormView):
    """A step with a form: what `apply` does, and then the next one."""

    step = ""

    def get_template_names(self) -> list[str]:
        return [f"appointments/panel/welcome_{self.step}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = [name for name, _label in STEPS].index(self.step) + 1
        former = reverse(URLS[STEPS[number - 2][0]]) if number > 1 else ""
        context = {"steps": STEPS, "step": self.step, "number": number, "former_url": former}
        return {**super().get_context_data(**kwargs), **context}

    def apply(self, form: Any) -> None:
        raise NotImplementedError

    def perform(self, form: Any) -> HttpResponse:
        self.apply(form)
        branding.note_onboarding(step=ONBOARDING_STEPS[ONBOARDING_STEPS.index(self.step) + 1])
        return htmx.redirect(self.request, url_after(self.step))


class ServicesStep(StepView):
    """The services of the sector, with their minutes and prices."""

    step = "services"
    form_class = ServicesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        found = list(selectors.list_services(include_archived=True))
        return {**super().get_form_kwargs(), "services": found, "currency": current_tenant().currency}

    def apply(self, form: ServicesForm) -> None:
        setup.adjust_services(adjustments=form.adjustments())


class HoursStep(StepView):
    """The week of the first person, who is the owner after sign-up."""

    step = "hours"
    form_class = WeekForm

    def person(self) -> "StaffMember | None":
        return selectors.list_staff().first()

    def get_initial(self) -> dict[str, Any]:
        person = self.person()
        return week_initial(selectors.list_week(staff_id=person.pk)) if person else {}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "copy" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = WeekForm(initial=copy_monday(request.POST))
        return self.render_to_response(self.get_context_data(form=form, is_copied=True))

    def apply(self, form: WeekForm) -> None:
        if person := self.person():
            services.replace_week(staff_id=person.pk, blocks=form.blocks())


class LookStep(StepView):
    """Name, color and logo, with a preview."""

    step = "look"
    form_class = LookForm

    def get_initial(self) -> dict[str, Any]:
        look = branding_selectors.get_branding()
        return {"name": look.name, "color": look.color}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        saved = branding_selectors.get_branding().color
        return {**look_sample_typed(context["form"]["color"].value() or "", saved=saved), **context}

    def apply(self, form: LookForm) -> None:
        branding.update_look(**form.cleaned_data, now=timezone.now())


class ShareView(OwnerRequired, DomainErrorMixin, TemplateView):
    """The link of the public page, to copy and to send."""

    template_name = "appointments/panel/welcome_share.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_url": workspace_url(current_tenant().slug)}
