import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from shared_apps.core import toasts


def answer(response: HttpResponse, *, htmx: bool = True):
    """Return the answer of a view that queued one message, and what is left in the queue."""

    def view(request):
        request._messages = CookieStorage(request)
        toasts.show(request, "Cita movida", undo_url="/undo/")
        return response

    request = RequestFactory().post("/", headers={"HX-Request": "true"} if htmx else {})
    result = toasts.ToastMiddleware(view)(request)
    return result, [str(message) for message in request._messages]


def test_fragment_carries_the_message():
    response, _ = answer(HttpResponse())
    assert json.loads(response["HX-Trigger"]) == {
        "toast": [{"message": "Cita movida", "level": "success", "undo": {"url": "/undo/"}}]
    }


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [("refresh, close", {"refresh": None, "close": None}), ('{"moved": {"id": 3}}', {"moved": {"id": 3}})],
)
def test_fragment_keeps_the_views_own_triggers(trigger, expected):
    response, _ = answer(HttpResponse(headers={"HX-Trigger": trigger}))
    sent = json.loads(response["HX-Trigger"])
    assert sent.pop("toast")
    assert sent == expected


@pytest.mark.parametrize(
    "response",
    [
        HttpResponseRedirect("/"),
        HttpResponse(headers={"HX-Redirect": "/"}),
        HttpResponse(headers={"HX-Refresh": "true"}),
    ],
)
def test_redirect_leaves_the_message_for_the_next_page(response):
    result, left = answer(response)
    assert "HX-Trigger" not in result
    assert left == ["Cita movida"]


def test_fragment_keeps_the_views_own_toast():
    response, _ = answer(HttpResponse(headers={"HX-Trigger": '{"toast": {"message": "No"}}'}))
    assert [toast["message"] for toast in json.loads(response["HX-Trigger"])["toast"]] == ["No", "Cita movida"]


def test_full_page_leaves_the_message_to_its_template():
    result, left = answer(HttpResponse(), htmx=False)
    assert "HX-Trigger" not in result
    assert left == ["Cita movida"]


def test_as_toast_of_a_plain_message():
    message = messages.storage.base.Message(messages.ERROR, "No")
    assert toasts.as_toast(message) == {"message": "No", "level": "error"}
