"""The doors of a workspace: signing in and out, a forgotten password, the handover from the apex."""

from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View

from shared_apps.accounts import browser, services
from shared_apps.accounts.errors import HandoverCodeInvalid, ResetLinkInvalid, WrongCredentials
from shared_apps.accounts.forms import ForgotPasswordForm, SetPasswordForm, SignInForm
from shared_apps.accounts.reset_links import find_user_of_link
from shared_apps.core import toasts
from shared_apps.core.addresses import client_network
from shared_apps.core.ratelimit import limit
from shared_apps.core.views import ServiceFormMixin


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignInView(ServiceFormMixin, FormView):
    """E-mail and password. Whoever is signed in already goes on to where they were going."""

    form_class = SignInForm
    template_name = "accounts/public/sign_in.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(browser.next_url(request, browser.home_url(request.user)))
        return super().get(request, *args, **kwargs)

    def perform(self, form: SignInForm) -> HttpResponse:
        user = auth.authenticate(
            self.request, username=form.cleaned_data["email"], password=form.cleaned_data["password"]
        )
        if user is None:
            raise WrongCredentials
        browser.start_session(self.request, user)
        services.forget_expired_sessions(now=timezone.now())
        response = HttpResponseRedirect(browser.next_url(self.request, browser.home_url(user)))
        browser.keep_language(response, language=user.language, secure=self.request.is_secure())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=browser.next_url(self.request, ""), **kwargs)


class SignOutView(View):
    """End this session. POST only: a link or an image on another page must not sign anybody out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        auth.logout(request)
        toasts.show(request, _("You are signed out."))
        return HttpResponseRedirect(reverse("accounts:sign_in"))


@method_decorator(never_cache, name="dispatch")
class EnterView(View):
    """Sign in by a handover code and go on, showing nothing.

    This GET changes state on purpose: the apex redirects here, and a page that posts by itself would need a script. It
    is safe because the code never travels by e-mail or chat (no scanner opens it), lives 30 seconds, works once and on
    this host only; the redirect takes it out of the address bar and the history.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            limit("enter", client_network(request), "60/m")
            user = browser.enter(request, code=request.GET.get("code", ""), now=timezone.now())
        except HandoverCodeInvalid as error:
            return render(request, "accounts/public/enter_refused.html", {"error": error}, status=error.status)
        response = HttpResponseRedirect(browser.next_url(request, browser.home_url(user)))
        browser.keep_language(response, language=user.language, secure=request.is_secure())
        return response


class ForgotPasswordView(ServiceFormMixin, FormView):
    """Ask for a link by e-mail. The answer is the same whether or not somebody has the address."""

    form_class = ForgotPasswordForm
    template_name = "accounts/public/forgot_password.html"

    def perform(self, form: ForgotPasswordForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        limit("password_reset", client_network(self.request), "10/h")
        limit("password_reset_account", email.lower(), "5/h")
        services.request_password_reset(email=email, now=timezone.now())
        return HttpResponseRedirect(reverse("accounts:forgot_password_sent"))


class ForgotPasswordSentView(TemplateView):
    template_name = "accounts/public/forgot_password_sent.html"


@method_decorator([never_cache, sensitive_post_parameters("new_password")], name="dispatch")
class SetPasswordView(ServiceFormMixin, FormView):
    """The page of the mailed link: GET shows the form, POST spends the link (mail scanners open links)."""

    form_class = SetPasswordForm
    template_name = "accounts/public/set_password.html"
    success_url = reverse_lazy("accounts:sign_in")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if find_user_of_link(uid=kwargs["uid"], token=kwargs["token"]) is None:
            return self.refuse(ResetLinkInvalid())
        return super().get(request, *args, **kwargs)

    def perform(self, form: SetPasswordForm) -> HttpResponse:
        limit("set_password", client_network(self.request), "30/h")
        try:
            services.reset_password(new_password=form.cleaned_data["new_password"], **self.kwargs)
        except ResetLinkInvalid as error:
            return self.refuse(error)
        toasts.show(self.request, _("Your password is changed. Sign in with the new one."))
        return HttpResponseRedirect(str(self.success_url))

    def refuse(self, error: ResetLinkInvalid) -> HttpResponse:
        return render(self.request, "accounts/public/reset_refused.html", {"error": error}, status=error.status)
