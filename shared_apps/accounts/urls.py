"""The pages of accounts in a workspace."""

from django.urls import path

from .views import panel, public

app_name = "accounts"

urlpatterns = [
    path("enter/", public.EnterView.as_view(), name="enter"),
    path("sign-in/", public.SignInView.as_view(), name="sign_in"),
    path("sign-out/", public.SignOutView.as_view(), name="sign_out"),
    path("password/forgotten/", public.ForgotPasswordView.as_view(), name="forgot_password"),
    path("password/forgotten/sent/", public.ForgotPasswordSentView.as_view(), name="forgot_password_sent"),
    path("password/new/<str:uid>/<str:token>/", public.SetPasswordView.as_view(), name="set_password"),
    path("panel/account/profile/", panel.ProfileView.as_view(), name="profile"),
    path("panel/account/security/", panel.SecurityView.as_view(), name="security"),
    path("panel/account/sessions/end-others/", panel.EndOtherSessionsView.as_view(), name="end_other_sessions"),
    path("panel/account/sessions/<int:session_id>/end/", panel.EndSessionView.as_view(), name="end_session"),
]
