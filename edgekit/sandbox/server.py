"""HTTP on 127.0.0.1 in front of `service`: routes, keys, and a thread with a loop of its own.

The thread is not a luxury: on a notebook kernel's own loop a blocking client would wait for itself for ever.
"""

from __future__ import annotations

import asyncio
import errno
import hmac
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, Self

import msgspec
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from edgekit.errors import SandboxError
from edgekit.sandbox import motion, objects, routine
from edgekit.sandbox.project import Project, Refused
from edgekit.sandbox.service import Query, Service

HOST = "127.0.0.1"
PNG = b"\x89PNG"
ROLES = ("readonly", "ingestiononly", "ingestion_deployment")  # besides admin, which may do everything

# Each call: its path below /v1/api/{projectId}, and what the service does with the request and the ids in the path.
_ID = r"(\d{1,9})"
ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", "raw-data", lambda s, r: s.samples(r.query)),
    ("GET", f"raw-data/{_ID}", lambda s, r, sample: s.sample(sample, r.query)),
    ("GET", f"raw-data/{_ID}/slice", lambda s, r, sample: s.slice(sample, r.query)),
    ("GET", f"raw-data/{_ID}/raw", lambda s, r, sample: s.original(sample)),
    ("GET", f"raw-data/{_ID}/image", lambda s, r, sample: s.image(sample, r.query)),
    ("GET", "impulse", lambda s, r: s.impulse()),
    ("POST", f"impulse/{_ID}/set-thresholds", lambda s, r, impulse: s.set_thresholds(impulse, r.body)),
    ("GET", f"dsp/{_ID}/features/labels", lambda s, r, dsp: s.feature_labels(dsp)),
    ("GET", f"dsp/{_ID}/features/get-graph/classification/{_ID}", lambda s, r, dsp, sample: s.features(dsp, sample)),
    ("GET", f"training/anomaly/{_ID}/metadata", lambda s, r, block: s.anomaly_metadata(block)),
    ("GET", f"training/keras/{_ID}/metadata", lambda s, r, block: s.keras_metadata(block)),
    ("GET", f"training/anomaly/{_ID}/gmm/metadata", lambda s, r, block: s.gmm_metadata(block)),
    ("GET", f"classify/{_ID}", lambda s, r, sample: s.classify(sample)),
    ("GET", f"classify/anomaly-gmm/{_ID}/{_ID}", lambda s, r, block, sample: s.classify(sample, block)),
    ("POST", f"classify/v2/{_ID}", lambda s, r, sample: s.classify_v2(sample, None, r.query)),
    ("POST", f"classify/v2/{_ID}/variants", lambda s, r, sample: s.compare_variants(sample, r.query)),
    ("POST", f"classify/anomaly-gmm/v2/{_ID}/{_ID}", lambda s, r, block, sample: s.classify_v2(sample, block, r.query)),
    ("GET", "classify/all/result", lambda s, r: s.model_testing_result(r.query)),
    ("GET", "classify/all/result/page", lambda s, r: s.model_testing_page(r.query)),
    ("POST", "jobs/classify", lambda s, r: s.start_model_testing(r.query, r.body)),
    ("GET", f"jobs/{_ID}/status", lambda s, r, job: s.job_status(job)),
    ("GET", f"jobs/{_ID}/stdout", lambda s, r, job: s.job_log(job)),
    ("POST", f"jobs/{_ID}/cancel", lambda s, r, job: s.cancel_job(job)),
]


class Request(NamedTuple):
    """What a call needs of a request besides the ids in its path."""

    query: Query
    body: Any


class Sandbox:
    """The embedded Studio on a port of this machine's loopback.

    Use it as a context manager, or call `start` and `stop`. `url` is the base address (with ``/v1``), `keys` holds the
    API key of each project by its name; `role_keys` holds, again by project, those of other roles than admin by role:
    readonly, ingestiononly, ingestion_deployment. A project's models are trained, or loaded, when its key is first
    used; that call waits for them.

    Parameters
    ----------
    port : int
        Where to listen; 0 takes any free port.

    Raises
    ------
    SandboxError
        On start, where the port is taken.

    Examples
    --------
    >>> import edgekit as ek
    >>> with ek.Sandbox() as sandbox:
    ...     studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
    """

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._running: _Running | None = None
        self.keys = {name: f"ei_sandbox_{name}" for name in PROJECTS}
        self.role_keys = {name: {role: f"{key}_{role}" for role in ROLES} for name, key in self.keys.items()}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url if self._running else 'stopped'}>"

    @property
    def url(self) -> str:
        """Base address of the running sandbox."""
        if self._running is None:
            raise SandboxError("The sandbox is not running. Use it as a context manager or call start().")
        return f"http://{HOST}:{self._running.port}/v1"

    def start(self) -> Self:
        """Serve; returns when it answers."""
        if self._running is None:
            builders = {self.keys[name]: build for name, build in PROJECTS.items()}
            roles = {key: ("admin", key) for key in builders}
            for name, keys in self.role_keys.items():
                roles |= {key: (role, self.keys[name]) for role, key in keys.items()}
            self._running = _Running(self._wanted_port, builders, roles)
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._running is not None:
            self._running.close()
            self._running = None


Builders = dict[str, Callable[[], Project]]
Roles = dict[str, tuple[str, str]]  # of each key: its role, and the key under which its project is built
PROJECTS: Builders = {"motion": motion.build, "objects": objects.build, "routine": routine.build}


class _Services:
    """The projects' services by API key, each built on its first use, in a thread of its own: other calls go on.

    Only the server's loop asks, so that two calls at once cannot build twice.
    """

    def __init__(self, builders: Builders, roles: Roles) -> None:
        self._builders = builders
        self._roles = roles
        self._workers = ThreadPoolExecutor(len(builders), thread_name_prefix="sandbox-build")
        self._built: dict[str, Future[Service]] = {}

    def access(self, given: bytes) -> tuple[str, str] | None:
        """Return the role of the key that was given and its project's own key; None if it is none of them."""
        return next((found for key, found in self._roles.items() if hmac.compare_digest(key.encode(), given)), None)

    async def open(self, key: str) -> Service:
        """Return a project's service; SandboxError where its data is not installed (and the next call tries again)."""
        if key not in self._built:
            self._built[key] = self._workers.submit(lambda: Service(self._builders[key]()))
        try:
            return await asyncio.wrap_future(self._built[key])
        except SandboxError:
            self._built.pop(key, None)
            raise

    def wait(self) -> None:
        """Wait for what is being built: a call that waits for it shall still be answered."""
        self._workers.shutdown()

    def close(self) -> None:
        """Stop all services."""
        for service in self._built.values():
            if service.exception() is None:
                service.result().close()


class _Running:
    """A listening server in a thread with its own loop."""

    def __init__(self, port: int, builders: Builders, roles: Roles) -> None:
        listener = _listen(port)
        listener.setblocking(False)
        self.port: int = listener.getsockname()[1]
        self._services = _Services(builders, roles)
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listener, ready), name="edgekit-sandbox", daemon=True)
        self._thread.start()
        ready.wait()

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = HTTPServer(_application(self._services))
        server.add_sockets([listener])
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        server.stop()
        self._loop.run_until_complete(server.close_all_connections())
        self._loop.close()

    def close(self) -> None:
        self._services.wait()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._services.close()


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise SandboxError(f"{port} is no port: choose one from 1 to 65535, or 0 for any free one.")
    try:
        return socket.create_server((HOST, port))
    except OSError as problem:
        taken = problem.errno == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used ({problem.strerror})"
    raise SandboxError(f"Port {port} {reason}. Choose another one, or port 0 for any free one.")


def _application(services: _Services) -> Application:
    paths: dict[str, dict[str, Callable[..., Any]]] = {}
    for method, path, call in ROUTES:
        paths.setdefault(path, {})[method] = call
    handlers: list[Any] = [(rf"/v1/api/{_ID}/{path}", _ProjectCall, {"calls": calls}) for path, calls in paths.items()]
    handlers.append((r"/v1/api/projects", _Projects))
    return Application(handlers, services=services, default_handler_class=_Unknown, log_function=lambda handler: None)


class _Call(RequestHandler):
    """What every call shares: JSON out, the key checked, errors as the Studio gives them."""

    def answer(self, content: Any, status: int = 200) -> None:
        """Answer with JSON, or with the bytes of a PNG picture, or with bytes that are JSON already."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        kind = "image/png" if body.startswith(PNG) else "application/json; charset=utf-8"
        self.set_status(status)
        self.set_header("Content-Type", kind)
        self.finish(body)

    def refuse(self, status: int, text: str) -> None:
        self.answer({"success": False, "error": text}, status)

    async def service(self) -> Service | None:
        """Return the service the request's key opens, or None after answering why not."""
        given = self.request.headers.get("x-api-key", "").encode()
        services: _Services = self.settings["services"]
        access = services.access(given)
        if access is None:
            self.refuse(401, "Invalid API key" if given else "No API key: send it in the header x-api-key")
            return None
        role, key = access
        if not _allowed(role, self.request.method or "", self.request.path):
            self.refuse(403, f"The role {role!r} of this API key has no permission for this call")
            return None
        try:
            return await services.open(key)
        except SandboxError as problem:
            self.refuse(200, str(problem))
            return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.refuse(status_code, "Internal error in the sandbox" if status_code >= 500 else self._reason)

    def log_exception(self, *args: Any) -> None:
        """Keep the notebook's stderr clean: the client reports the error."""


def _allowed(role: str, method: str, path: str) -> bool:
    """Say whether a key of this role may make a call.

    Published is that classifying with one block is open to readonly. That it is so for every call that changes nothing,
    and that the keys of ingestion open none of these but the name of their project, is the sandbox's own reading.
    """
    call = path.split("/", 4)[-1]  # below /v1/api/{projectId}
    if role == "readonly":
        return method == "GET" or call.startswith("classify/")
    return role == "admin" or path == "/v1/api/projects"


class _Projects(_Call):
    async def get(self) -> None:
        if service := await self.service():
            self.answer({"success": True, "projects": [service.project.about()]})


class _ProjectCall(_Call):
    def initialize(self, calls: dict[str, Callable[..., Any]]) -> None:
        self.calls = calls

    async def get(self, *ids: str) -> None:
        await self.run(*ids)

    async def post(self, *ids: str) -> None:
        await self.run(*ids)

    async def run(self, project: str, *ids: str) -> None:
        service = await self.service()
        if service is None:
            return
        call = self.calls.get(self.request.method or "")
        if call is None:
            self.refuse(404, f"Cannot {self.request.method} {self.request.path}")
        elif int(project) != service.project.id:
            self.refuse(403, f"This key belongs to project {service.project.id}, not to project {int(project)}")
        else:
            query = {name: self.get_query_argument(name) for name in self.request.query_arguments}
            try:
                self.answer(call(service, Request(query, self.json_body()), *map(int, ids)))
            except Refused as refusal:
                self.refuse(200, str(refusal))

    def json_body(self) -> Any:
        try:
            return msgspec.json.decode(self.request.body) if self.request.body else None
        except ValueError:
            raise Refused("The body is no JSON") from None


class _Unknown(_Call):
    def prepare(self) -> Awaitable[None] | None:
        self.refuse(404, f"Cannot {self.request.method} {self.request.path}")
        return None
