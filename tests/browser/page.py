"""An explorer in a plain page, no Jupyter: the file that `to_html` writes is the same module on a stub model."""

from __future__ import annotations

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from edgekit.explorers import Explorer

# Icons and shadows of the browser's own are not looked at; what we drew is under .ek.
SERIOUS = ("serious", "critical")
# Words follow a picture some frames later, the counts of other pictures after them: see shared/frames.js.
SETTLED = """() => [...document.querySelectorAll('.ek')].every(({ dataset }) => dataset.frames === dataset.drawn)
  && !document.querySelector('.ek [aria-busy]')"""
# Looked at once a frame; a new size is told to who observes it at the end of one.
OF_THIS_SIZE = "at => innerWidth === at.width && innerHeight === at.height && ++at.frames > 2"
# JupyterLab's themes: whether one is light, as its body says, and colours of its style sheet.
THEMES = {
    "light": ("true", {"ui-font-color1": "#000000de", "layout-color0": "#ffffff", "border-color2": "#e0e0e0"}),
    "dark": ("false", {"ui-font-color1": "#ffffffde", "layout-color0": "#111111", "border-color2": "#616161"}),
}
PUT_THEME = """([light, colours]) => {
  for (const [name, colour] of Object.entries(colours)) document.body.style.setProperty(`--jp-${name}`, colour);
  document.body.dataset.jpThemeLight = light;
}"""
# Every canvas, and the colours of every element.
LOOK = """() => ({
  canvases: [...document.querySelectorAll('.ek canvas')].map((canvas) => canvas.toDataURL()),
  colours: [...document.querySelectorAll(':is(.ek, .ek-tabbed), :is(.ek, .ek-tabbed) *')].map((element) => {
    const { color, backgroundColor, borderColor } = getComputedStyle(element);
    return `${element.tagName}.${element.className}: ${color} on ${backgroundColor} in ${borderColor}`;
  }),
})"""


class ExplorerPage:
    """The exported page of an explorer, open in a browser; what went wrong in it is in `errors`.

    `theme` ("light", "dark") opens it as it were in JupyterLab, in that theme.
    """

    def __init__(
        self, context: BrowserContext, explorer: Explorer, folder: Path, *, theme: str = "", **emulated: str
    ) -> None:
        path = folder / "explorer.html"
        explorer.to_html(path)
        self.page: Page = context.new_page()
        self.page.emulate_media(**emulated)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("request", lambda request: self.requests.append(request.url))
        if theme:
            put = f"({PUT_THEME})({json.dumps(THEMES[theme])})"
            self.page.add_init_script(f"document.addEventListener('readystatechange', () => {put}, {{ once: true }})")
        self.page.goto(path.as_uri())
        self.root: Locator = self.page.locator(".ek")
        self.drawn()

    def drawn(self, since: int = 0) -> int:
        """Wait until more than `since` pictures were drawn and all is written of the last; return how many."""
        count = self.page.wait_for_function(
            f"""since => {{
              const frames = Number(document.querySelector('.ek')?.dataset.frames ?? 0);
              return frames > since && ({SETTLED})() && frames;
            }}""",
            arg=since,
        )
        return count.json_value()

    def resize(self, width: int, height: int) -> None:
        """Give the page another size, and wait until it is laid out and drawn for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(OF_THIS_SIZE, arg={"width": width, "height": height, "frames": 0})
        self.drawn()

    def pictures(self) -> list[str]:
        """Every canvas as it looks now."""
        return self.page.evaluate("() => [...document.querySelectorAll('.ek canvas')].map(c => c.toDataURL())")

    def put_theme(self, theme: str) -> None:
        """Change the theme that it was opened in, as JupyterLab does, and wait for the picture."""
        before = self.drawn()
        self.page.evaluate(PUT_THEME, THEMES[theme])
        self.drawn(before)

    def look(self) -> dict[str, list[str]]:
        """Every canvas as it looks now, and the colours of every element."""
        return self.page.evaluate(LOOK)

    def field(self, name: str) -> Locator:
        """The number field of this name."""
        return self.root.get_by_label(name, exact=True).and_(self.page.locator("input"))

    def press(self, *keys: str) -> None:
        """Press keys where the focus is, and wait for the picture after each."""
        for key in keys:
            before = self.drawn()
            self.page.keyboard.press(key)
            self.drawn(before)

    def serious_findings(self) -> list[str]:
        """What axe-core finds in our own elements that is serious or worse."""
        return axe_findings(self.page)

    def close(self) -> None:
        """Close the page; nothing may have gone wrong in it, and nothing been asked for but the file itself."""
        self.page.close()
        assert self.errors == []
        assert [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def axe_findings(page: Page) -> list[str]:
    """Serious findings of axe-core in what explorers drew, one line each."""
    found = Axe().run(page, context=".ek, .ek-tabbed").response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {json.dumps([node['html'][:160] for node in violation['nodes']][:3])}"
        for violation in found
        if violation["impact"] in SERIOUS
    ]


__all__ = ["ExplorerPage", "axe_findings", "expect"]
