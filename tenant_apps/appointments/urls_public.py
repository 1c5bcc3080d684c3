"""Addresses that a client opens: the public page, booking, and the link of one appointment."""

from django.urls import path, re_path

from .views import public, public_link

app_name = "booking"
TOKEN = r"^a/(?P<token>[A-Za-z0-9_-]{43})/"
urlpatterns = [
    path("", public.HomeView.as_view(), name="home"),
    path("book/", public.BookView.as_view(), name="book"),
    re_path(TOKEN + r"$", public_link.AppointmentView.as_view(), name="appointment"),
    re_path(TOKEN + r"booked/$", public_link.BookedView.as_view(), name="booked"),
    re_path(TOKEN + r"cancel/$", public_link.CancelView.as_view(), name="cancel"),
    re_path(TOKEN + r"appointment\.ics$", public_link.CalendarFileView.as_view(), name="calendar_file"),
    # Whatever else stands there is a link that lost a part on its way.
    path("a/<path:token>/", public_link.BrokenLinkView.as_view(), name="broken_link"),
]
