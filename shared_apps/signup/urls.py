"""The apex's public pages."""

from django.urls import path

from . import views

app_name = "signup"
urlpatterns = [
    path("", views.LandingView.as_view(), name="landing"),
    path("signup/", views.SignUpView.as_view(), name="sign_up"),
    path("signup/address/", views.AddressView.as_view(), name="address"),
    path("signup/zones/", views.ZonesView.as_view(), name="zones"),
    path("signup/wait/<str:token>/", views.WaitingView.as_view(), name="wait"),
    path("signin/", views.FindWorkspaceView.as_view(), name="find_workspace"),
    path("terms/", views.TermsView.as_view(), name="terms"),
]
