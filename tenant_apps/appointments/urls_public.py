"""Addresses that a client opens: the public page, booking, and the link of one appointment."""

from django.urls import path, re_path

from .views import public, public_link

app_name = "booking"
LINK = r"^a/(?P<token>[A-Za-z0-9_-]{43})/"
urlpatterns = [
    path("", public.HomeView.as_view(), name="home"),
    path("book/", public.BookView.as_view(), name="book"),
    re_path(LINK + r"$", public_link.AppointmentView.as_view(), name="appointment"),
    re_path(LINK + r"booked/$", public_link.BookedView.as_view(), name="booked"),
    re_path(LINK + r"cancel/$", public_link.CancelView.as_view(), name="cancel"),
    re_path(LINK + r"appointment\.ics$", public_link.CalendarFileView.as_view(), name="calendar_file"),
    # Mail programs cut closing slashes. Whatever else stands there is a link that lost more on its way.
    re_path(LINK.removesuffix("/") + r"$", public_link.AppointmentView.as_view(), name="appointment_without_slash"),
    path("a/<path:token>", public_link.BrokenLinkView.as_view(), name="broken_link"),
]
