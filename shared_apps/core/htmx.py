"""What views need to speak with htmx: is this a fragment's request, and where to send the page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a fragment. A boosted link or a restored history entry wants the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Boosted") != "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page, from a full request or a fragment's."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response
