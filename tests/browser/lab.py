"""A real JupyterLab for tests: the server as a subprocess, and one page of it as an object.

Every wait has a limit in seconds. Nothing is ever awaited inside `page.evaluate`, which has none: asynchronous
JavaScript is started, leaves its outcome on `window`, and is waited for from here.
"""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from playwright.sync_api import Locator, Page

from .page import SETTLED

# Seconds that anything may take, however loaded the machine is: what takes longer hangs.
PATIENCE = 120
SECRETS = ("EI_API_KEY", "EI_PROJECT_ID", "EI_API_ENDPOINT")
PRIVATE = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)
# A string, and a boolean: with one of the wrong type, Lab ignores the whole file.
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}

# The indicator in the page says idle before the kernel is connected; running then opens a dialog and hangs.
READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = session?.session?.kernel;
  return session?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""

START = """([source, argument]) => {
  const outcome = (window.edgekitOutcome = {});
  const settle = (key, value) => Object.assign(outcome, { [key]: value, settled: true });
  (0, eval)(source)(argument).then(
    value => settle('value', value ?? null),
    error => settle('error', String(error)),
  );
}"""

# A cell that may raise (tag raises-exception) lets the kernel go on, so it is no failure here either.
RUN_ALL = """async () => {
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells;
  const failures = cells.map(({ outputs, metadata }, cell) => {
    const error = outputs?.find(output => output.output_type === 'error');
    return error && !metadata.tags?.includes('raises-exception') && { cell, ...error };
  });
  return failures.find(Boolean);
}"""

COMMAND = """async ([name, arguments]) => {
  await window.jupyterapp.commands.execute(name, arguments);
}"""

EXECUTE = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false, allow_stdin: false });
  let text = '';
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === 'execute_result') text = content.data['text/plain'];
  };
  const { content } = await future.done;
  return { text, error: content.status === 'ok' ? null : content };
}"""


class KernelError(AssertionError):
    """Code raised in the kernel; the message is what a person would read below the cell."""

    def __init__(self, where: str, error: dict) -> None:
        traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.get("traceback", [])))
        super().__init__(f"{where}: {error.get('ename')}: {error.get('evalue')}\n{traceback}")


class Lab:
    """One notebook open in JupyterLab. `page` is Playwright's, for everything that has no method here."""

    def __init__(self, page: Page, url: str, root: Path, screenshots: Path) -> None:
        """Drive `page` through the server at `url`, which serves (and runs notebooks in) the folder `root`."""
        self.page, self.url, self.root, self.screenshots = page, url, root, screenshots

    def open(self, notebook: Path, timeout: float = PATIENCE, below: str = "/doc/tree/") -> None:
        """Copy the notebook into the lab and open the copy; return when its kernel can run code."""
        shutil.copyfile(notebook, self.root / notebook.name)
        self.page.goto(f"{self.url}{below}{quote(notebook.name)}?reset", wait_until="commit")
        self._wait(READY, timeout)

    def run_all(self, timeout: float = PATIENCE) -> None:
        """Run every cell; raise `KernelError` with the text of the first error."""
        if failure := self._settle(RUN_ALL, None, timeout):
            raise KernelError(f"cell {failure['cell']}", failure)

    def python(self, code: str, timeout: float = PATIENCE) -> str:
        """Run code in the kernel, unseen by the notebook; return the text/plain of its last expression, "" if none.

        Widget messages travel on another thread, so first wait until the page shows what you did.
        """
        answer = self._settle(EXECUTE, code, timeout)
        if answer["error"]:
            raise KernelError(code, answer["error"])
        return answer["text"]

    def wait_python(self, code: str, wanted: str | Callable[[], str], timeout: float = PATIENCE) -> None:
        """Wait until code gives `wanted` in the kernel: widget messages arrive there after the page has changed.

        What the page shows is read by a function, anew each time: words follow the hand some frames later.
        """
        deadline = time.monotonic() + timeout
        read = wanted if callable(wanted) else lambda: wanted
        while (found := self.python(code)) != (expected := read()) and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert found == expected, f"{code} is {found}, not {expected}"

    def drawn(self) -> None:
        """Wait until all that explorers write is about their last pictures."""
        self._wait(SETTLED, PATIENCE)

    def command(self, name: str, arguments: dict | None = None, timeout: float = PATIENCE) -> None:
        """Execute one of JupyterLab's commands."""
        self._settle(COMMAND, [name, arguments or {}], timeout)

    def measure(self, source: str, argument: object, act: Callable[[], object] = lambda: None) -> Any:
        """Call an async JavaScript function in the page, act while it waits, and return what it resolves to."""
        self.page.evaluate(START, [source, argument])
        act()
        return self._outcome(PATIENCE)

    def cell_output(self, index: int) -> Locator:
        """The output area of a cell, counted from 0 with the Markdown cells."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-Cell-outputArea")

    def screenshot(self, name: str) -> Path:
        """Store a picture of the page for people to look at; return its path."""
        path = self.screenshots / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def shutdown(self) -> None:
        """Close the page and stop its kernel (asking the server, so that a stuck page cannot prevent it)."""
        request = self.page.context.request
        self.page.close()
        for kernel in request.get(f"{self.url}/api/kernels").json():
            request.delete(f"{self.url}/api/kernels/{kernel['id']}")

    def _settle(self, source: str, argument: object, timeout: float) -> Any:
        """Call an async JavaScript function; return what it resolves to, raise what it throws."""
        self.page.evaluate(START, [source, argument])
        return self._outcome(timeout)

    def _outcome(self, timeout: float) -> Any:
        self._wait("() => window.edgekitOutcome.settled", timeout)
        outcome = self.page.evaluate("() => window.edgekitOutcome")
        if "error" in outcome:
            raise AssertionError(f"JavaScript in JupyterLab: {outcome['error']}")
        return outcome["value"]

    def _wait(self, condition: str, timeout: float) -> None:
        """Wait for a condition, but not behind a dialog (no kernel chosen, kernel died): no user answers it."""
        either = f"() => document.querySelector('.jp-Dialog') || ({condition})()"
        self.page.wait_for_function(either, timeout=timeout * 1000)
        if (dialog := self.page.locator(".jp-Dialog")).count():
            raise AssertionError(f"JupyterLab opened a dialog: {dialog.first.inner_text()}")


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook with a Markdown title and these code cells."""
    # without a kernel's name JupyterLab asks for one
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_markdown_cell(f"# {path.stem}"), *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(notebook, path)
    return path


@contextmanager
def jupyter_lab(
    folder: Path, start_limit: float = PATIENCE, program: tuple[str, ...] = (sys.executable, "-m", "jupyterlab")
) -> Iterator[tuple[str, Path]]:
    """A JupyterLab that keeps everything it writes under `folder`; yield its address and the folder it serves.

    `program` may be Jupyter Notebook, from version 7 on.
    """
    root = folder / "root"
    root.mkdir()
    private = {name: str(folder / name.lower()) for name in PRIVATE}
    settings = Path(private["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(NO_NEWS))
    with served(lambda port: [*program, *_options(port, root)], root, "/api", private, start_limit) as url:
        yield url, root


@contextmanager
def served(
    command: Callable[[int], list[str]], root: Path, path: str, extra: dict[str, str], start_limit: float = PATIENCE
) -> Iterator[str]:
    """Run a server of notebooks in the folder `root`, with these variables; yield its address once `path` answers."""
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS} | extra
    port, log = _free_port(), root.with_suffix(".log")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command(port),
            env=environment,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_for(path, process, port, log, start_limit)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def _options(port: int, root: Path) -> list[str]:
    return [
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
        *(f"--ServerApp.root_dir={root}", "--LabServerApp.expose_app_in_browser=True"),
        "--LabApp.extension_manager=readonly",
    ]


def _free_port() -> int:
    """Return a port below those that the system gives away, which other tests take before the server starts."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait_for(path: str, process: subprocess.Popen, port: int, log: Path, limit: float) -> None:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline and process.poll() is None:
        # http.client, because urllib would ask a proxy of the environment for 127.0.0.1
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", path)
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen) -> None:
    """End the whole process group; the server, asked politely, ends the kernels, which are in groups of their own."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, how)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                continue
