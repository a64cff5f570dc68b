"""A page that notices what must not happen on any page: errors, foreign requests, violations of the
policy, controls without a name, and a page that is wider than the screen.
"""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

CONTROLS = frozenset(
    {
        "button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio",
        "spinbutton", "slider", "switch", "tab", "menuitem", "option", "Date", "DateTime",
    }
)  # fmt: skip
DATE_PICKER = ("vDateField", "vTimeField", "calendarlink", "clocklink")
_WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
});
"""


def token_shown(page: Page) -> str:
    """The CREDENTIALS_TOKEN_A on the page of an invitation."""
    name = page.get_by_text("CREDENTIALS_TOKEN_A", exact=True)
    return str(name.locator("xpath=following-sibling::dd[1]/pre").text_content())


class Watched:
    """One page; `wrong` is what was seen so far that must not be, `status` that of what is open."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.wrong: list[str] = []
        self.status = 0
        context.add_init_script(_WATCH)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self._tools = context.new_cdp_session(self.page)

    def open(self, path: str) -> Page:
        """Goes to a page of the hub and waits until all of it is there."""
        response = self.page.goto(f"{self.base}{path}", wait_until="load")
        self.status = response.status if response is not None else 0
        return self.page

    def check(self) -> None:
        """Asserts that nothing is wrong with what is open."""
        violations = self.page.evaluate("window.violations")
        assert not violations, f"{self.page.url}: {violations}"
        assert not self.wrong, f"{self.page.url}: {self.wrong}"
        assert not self.nameless(), f"{self.page.url}: without a name: {self.nameless()}"

    def nameless(self) -> list[str]:
        """Controls that a screen reader could not name, as Chromium itself computes it."""
        tree: dict[str, Any] = self._tools.send("Accessibility.getFullAXTree")
        return [
            str(node["role"]["value"])
            for node in tree["nodes"]
            if not node.get("ignored")
            and node["role"]["value"] in CONTROLS
            and not node.get("name", {}).get("value", "").strip()
            and not self._of_django(node["backendDOMNodeId"])
        ]

    def _of_django(self, number: int) -> bool:
        """Whether it belongs to Django's own picker of dates, whose parts have no names."""
        node: Any = self._tools.send("DOM.describeNode", {"backendNodeId": number})["node"]
        attributes = " ".join(node.get("attributes", ()))
        return any(each in attributes for each in DATE_PICKER)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        wanted = urlsplit(request.url)
        if wanted.scheme not in ("data", "blob") and not request.url.startswith(self.base + "/"):
            self.wrong.append(f"foreign: {request.url}")
