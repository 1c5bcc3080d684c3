"""A person's own pages in the panel: profile, password, open sessions."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, View

from shared_apps.accounts import browser, selectors, services
from shared_apps.accounts.forms import ChangePasswordForm, ProfileForm
from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core import toasts
from shared_apps.core.ratelimit import limit
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, ServiceFormMixin


class ProfileView(StaffRequired, ServiceFormMixin, FormView):
    """Name and language; the address one signs in with is shown."""

    form_class = ProfileForm
    template_name = "accounts/panel/profile.html"

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.user.name, "language": self.request.user.language}

    def perform(self, form: ProfileForm) -> HttpResponse:
        user = services.update_profile(user_id=self.request.user.pk, **form.cleaned_data)
        response = HttpResponseRedirect(reverse("accounts:profile"))
        browser.keep_language(response, language=user.language, secure=self.request.is_secure())
        with override(user.language or self.request.LANGUAGE_CODE):
            toasts.show(self.request, _("Your profile is saved."))
        return response


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SecurityView(StaffRequired, ServiceFormMixin, FormView):
    """Change the password, and see where one is signed in."""

    form_class = ChangePasswordForm
    template_name = "accounts/panel/security.html"

    def perform(self, form: ChangePasswordForm) -> HttpResponse:
        limit("change_password", self.request.user.pk, "10/h")
        user = services.change_password(
            user_id=self.request.user.pk, keep_session_id=self.request.session.row_id, **form.cleaned_data
        )
        update_session_auth_hash(self.request, user)
        toasts.show(self.request, _("Your password is changed. Your other sessions have ended."))
        return HttpResponseRedirect(reverse("accounts:security"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sessions = selectors.list_sessions(
            user_id=self.request.user.pk, this_session_id=self.request.session.row_id, now=timezone.now()
        )
        return super().get_context_data(sessions=sessions, **kwargs)


class EndSessionView(StaffRequired, SentFromMixin, DomainErrorMixin, View):
    """Sign one of one's own sessions out, from afar."""

    form_page = "accounts:security"

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        services.end_session(user_id=request.user.pk, session_id=session_id)
        toasts.show(request, _("That session has ended."))
        return HttpResponseRedirect(reverse("accounts:security"))


class EndOtherSessionsView(StaffRequired, SentFromMixin, DomainErrorMixin, View):
    form_page = "accounts:security"

    def post(self, request: HttpRequest) -> HttpResponse:
        ended = services.end_other_sessions(user_id=request.user.pk, keep_session_id=request.session.row_id)
        message = ngettext("%(number)s session has ended.", "%(number)s sessions have ended.", ended)
        toasts.show(request, message % {"number": ended})
        return HttpResponseRedirect(reverse("accounts:security"))
