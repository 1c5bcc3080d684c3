"""One visitor: a browser context of its own that notes everything a good page would not do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, StorageState

PHONE, DESKTOP = 390, 1280
HEIGHTS = {PHONE: 844, DESKTOP: 800}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE_BYTES = 150_000
MARKUP_BYTES = 40_000
CALENDAR_PAGE_BYTES = 300_000
SERIOUS = {"serious", "critical"}
AXE = Axe().axe_script
# Answers are judged by their status where they arrive; htmx calls it an error when a newer request overtakes one.
NO_PROBLEM = re.compile(r"the server responded with a status of \d{3}|^htmx:(afterRequest|sendAbort),")
# Written to the console so that the one listener below hears of it, wherever the document came from.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@dataclass(frozen=True)
class Weight:
    """Bytes as they were transferred, compressed and with headers; markup is the HTML and CSS among them."""

    total: int
    markup: int


class Visitor:
    """A person at a screen of one width, in one theme, with cookies of their own.

    `problems` gathers console errors, script errors, violations of the Content-Security-Policy and failed requests;
    the `visitor` fixture fails the test when there is any. Answers of 400 and above are problems unless a test names
    them with `expect_status`.
    """

    def __init__(
        self,
        browser: Browser,
        *,
        artifacts: Path,
        width: int = PHONE,
        theme: str = "light",
        language: str = "es-MX",
        zone: str = "America/Mexico_City",
        javascript: bool = True,
        storage_state: StorageState | None = None,
    ) -> None:
        self.problems: list[str] = []
        self.artifacts = artifacts
        self._expected: set[int] = set()
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,  # type: ignore[arg-type]
            locale=language,
            timezone_id=zone,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            storage_state=storage_state,
        )
        self.context.set_default_timeout(10_000)
        if javascript:
            self.context.add_init_script(REPORT_VIOLATIONS)
        self.page = self._watched(self.context.new_page())

    def _watched(self, page: Page) -> Page:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_response)
        return page

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type != "error" or NO_PROBLEM.search(message.text):
            return
        self.problems.append(f"console: {message.text}")

    def _note_failure(self, request: Request) -> None:
        # A navigation away and a download abort what was under way.
        if request.failure and "ERR_ABORTED" not in request.failure:
            self.problems.append(f"{request.failure}: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")

    def expect_status(self, *statuses: int) -> None:
        """Take answers with these statuses for granted from now on."""
        self._expected.update(statuses)

    def open(self, url: str) -> Response:
        response = self.page.goto(url)
        assert response is not None
        return response

    def look(self, *, width: int, theme: str) -> None:
        """See the page that is open at another width and in another theme of the system."""
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]

    def photograph(self, name: str) -> None:
        """Keep a picture of the whole page as an artefact."""
        self.artifacts.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size
        assert size is not None
        # As tall as the page, so that what sticks to an edge of the screen is drawn at the edge of the picture.
        height = max(size["height"], int(self.page.evaluate("document.documentElement.scrollHeight")))
        self.page.set_viewport_size({"width": size["width"], "height": height})
        # Hiding the caret would leave style attributes on the fields, which the policy then refuses to copy.
        self.page.screenshot(path=self.artifacts / f"{name}.png", animations="disabled", caret="initial")
        self.page.set_viewport_size(size)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def list_barriers(self, *, only: Sequence[str] = ()) -> list[str]:
        """Return what axe finds serious or critical on the page that is open, one line each; `only` names its rules."""
        if not self.page.evaluate("Boolean(window.axe)"):
            self.page.evaluate(AXE)
        result = self.page.evaluate("(only) => axe.run(only.length ? { runOnly: only } : {})", list(only))
        return [
            f"{finding['id']} ({finding['impact']}): {node['target']} {first_line(node)}"
            for finding in result["violations"]
            if finding["impact"] in SERIOUS
            for node in finding["nodes"]
        ]

    def weigh(self, url: str) -> tuple[Weight, Response]:
        """Open a page as if for the first time; return what came over the network, and the page's answer."""
        session = self.context.new_cdp_session(self.page)
        kinds: dict[str, str] = {}
        total = markup = 0

        def name(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event["type"]

        def add(event: dict[str, Any]) -> None:
            nonlocal total, markup
            size = int(event["encodedDataLength"])
            total += size
            markup += size if kinds.get(event["requestId"]) in {"Document", "Stylesheet"} else 0

        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.responseReceived", name)
        session.on("Network.loadingFinished", add)
        answer = self.open(url)
        self.page.wait_for_load_state("networkidle")
        session.detach()
        return Weight(total, markup), answer

    def close(self) -> None:
        self.context.close()


def first_line(node: dict[str, Any]) -> str:
    return str(node.get("failureSummary", "")).replace("\n", " ")


MakeVisitor = Callable[..., Visitor]
