"""The paths of the calls, what the service does with each, and how an answer or an error goes back over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from tornado.web import Application, HTTPError

from edgekit.errors import SandboxError
from edgekit.sandbox.guard import Access, Guarded
from edgekit.sandbox.project import Refused, WrongParameter
from edgekit.sandbox.queries import Query
from edgekit.sandbox.service import CATEGORIES, Service

# Each call: its path below /v1/api/{projectId}, and what the service does with the request and what stands in the path.
_ID = r"(\d{1,9})"
_CATEGORY = f"({'|'.join(CATEGORIES)})"
ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", "raw-data", lambda s, r: s.samples(r.query)),
    ("GET", f"raw-data/{_ID}", lambda s, r, sample: s.asked(r.query).sample(sample, r.query)),
    ("GET", f"raw-data/{_ID}/slice", lambda s, r, sample: s.asked(r.query).slice(sample, r.query)),
    ("GET", f"raw-data/{_ID}/raw", lambda s, r, sample: s.original(sample)),
    ("GET", f"raw-data/{_ID}/image", lambda s, r, sample: s.asked(r.query).image(sample, r.query)),
    ("GET", "impulse", lambda s, r: s.asked(r.query).impulse()),
    ("GET", "impulses", lambda s, r: s.impulses()),
    ("GET", "impulses-detailed", lambda s, r: s.detailed_impulses()),
    ("POST", f"impulse/{_ID}/set-thresholds", lambda s, r, impulse: s.set_thresholds(impulse, r.body)),
    (
        "POST",
        f"impulse/{_ID}/regenerate-model-testing-summary",
        lambda s, r, impulse: s.with_impulse(impulse).regenerate_model_testing(r.query),
    ),
    ("GET", f"dsp/{_ID}/features/labels", lambda s, r, dsp: s.with_dsp(dsp).feature_labels(dsp)),
    (
        "GET",
        f"dsp/{_ID}/features/get-graph/classification/{_ID}",
        lambda s, r, d, n: s.with_dsp(d).features(d, n),
    ),
    (
        "GET",
        f"dsp/{_ID}/features/get-graph/{_CATEGORY}",
        lambda s, r, d, category: s.with_dsp(d).sets.graph(d, category, r.query),
    ),
    ("GET", f"dsp-data/{_ID}/x/{_CATEGORY}", lambda s, r, d, category: s.with_dsp(d).sets.npy(d, category)),
    ("GET", "raw-data/data-explorer/features", lambda s, r: s.feature_map()),
    (
        "GET",
        f"training/keras/{_ID}/data-explorer/features",
        lambda s, r, block: s.with_block(block).feature_map(block),
    ),
    ("GET", f"training/anomaly/{_ID}/metadata", lambda s, r, block: s.with_block(block).anomaly_metadata(block)),
    ("GET", f"training/keras/{_ID}/metadata", lambda s, r, block: s.with_block(block).keras_metadata(block)),
    ("GET", f"training/anomaly/{_ID}/gmm/metadata", lambda s, r, block: s.with_block(block).gmm_metadata(block)),
    ("GET", f"classify/{_ID}", lambda s, r, sample: s.classify(sample)),
    (
        "GET",
        f"classify/anomaly-gmm/{_ID}/{_ID}",
        lambda s, r, b, n: s.with_block(b).classify(n, b),
    ),
    ("POST", f"classify/v2/{_ID}", lambda s, r, sample: s.asked(r.query).classify_v2(sample, None, r.query)),
    ("POST", f"classify/v2/{_ID}/variants", lambda s, r, sample: s.asked(r.query).compare_variants(sample, r.query)),
    (
        "POST",
        f"classify/anomaly-gmm/v2/{_ID}/{_ID}",
        lambda s, r, b, n: s.with_block(b).classify_v2(n, b, r.query),
    ),
    ("GET", "classify/all/result", lambda s, r: s.asked(r.query).model_testing_result(r.query)),
    ("GET", "classify/all/result/page", lambda s, r: s.asked(r.query).model_testing_page(r.query)),
    ("POST", "jobs/classify", lambda s, r: s.asked(r.query).start_model_testing(r.query, r.body)),
    ("GET", f"jobs/{_ID}/status", lambda s, r, job: s.job_status(job)),
    ("GET", f"jobs/{_ID}/stdout", lambda s, r, job: s.job_log(job)),
    ("POST", f"jobs/{_ID}/cancel", lambda s, r, job: s.cancel_job(job)),
]


class Request(NamedTuple):
    """What a call needs of a request besides the ids in its path."""

    query: Query
    body: Any


def application(service: Callable[[str], Service], keys: Mapping[str, Access], names: frozenset[str]) -> Application:
    """Return what answers requests, by the service of each project, what each key opens, and under which names."""
    paths: dict[str, dict[str, Callable[..., Any]]] = {}
    for method, path, call in ROUTES:
        paths.setdefault(path, {})[method] = call
    handlers: list[Any] = [(rf"/v1/api/{_ID}/{path}", _ProjectCall, {"calls": calls}) for path, calls in paths.items()]
    handlers.append((rf"/v1/api/{_ID}", _ProjectCall, {"calls": {"GET": lambda s, r: s.info()}}))
    handlers.append((r"/v1/api/projects", _Projects))
    settings: dict[str, Any] = {"service": service, "keys": keys, "names": names}
    return Application(handlers, default_handler_class=_Unknown, log_function=lambda handler: None, **settings)


class _Call(Guarded):
    """What every call shares: its projects' services, and errors as the Studio gives them."""

    def services(self) -> list[Service]:
        """Return the services of the projects that the request's key opens; none after answering why not."""
        if self._finished:  # the body grew too large
            return []
        service: Callable[[str], Service] = self.settings["service"]
        try:
            return [service(name) for name in self.access.projects]
        except SandboxError as problem:
            self.refuse(200, str(problem))
            return []

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.refuse(status_code, "Internal error in the sandbox" if status_code >= 500 else self._reason)

    def log_exception(self, *args: Any) -> None:
        """Keep the notebook's stderr clean: the client reports the error."""


class _Projects(_Call):
    async def get(self) -> None:
        if services := self.services():
            self.answer({"success": True, "projects": [service.project.about() for service in services]})


class _ProjectCall(_Call):
    def initialize(self, calls: dict[str, Callable[..., Any]]) -> None:
        self.calls = calls

    async def get(self, *ids: str) -> None:
        await self.run(*ids)

    async def post(self, *ids: str) -> None:
        await self.run(*ids)

    async def run(self, project: str, *ids: str) -> None:
        services = {service.project.id: service for service in self.services()}
        if not services:
            return
        service = services.get(int(project))
        call = self.calls.get(self.request.method or "")
        if call is None:
            self.refuse(404, f"Cannot {self.request.method} {self.request.path}")
        elif service is None:
            own = ", ".join(map(str, services))
            self.refuse(403, f"This key belongs to project {own}, not to project {int(project)}")
        else:
            try:
                named = (int(one) if one.isdigit() else one for one in ids)
                self.answer(call(service, Request(self.query(), self.json_body()), *named))
            except WrongParameter as refusal:
                self.refuse(400, str(refusal))
            except Refused as refusal:
                self.refuse(200, str(refusal))

    def query(self) -> Query:
        try:
            return {name: self.get_query_argument(name) for name in self.request.query_arguments}
        except HTTPError:
            raise WrongParameter("A parameter holds bytes that are no UTF-8") from None

    def json_body(self) -> Any:
        try:
            return msgspec.json.decode(bytes(self.body)) if self.body else None
        except (ValueError, RecursionError):
            raise WrongParameter("The body is no JSON") from None


class _Unknown(_Call):
    def prepare(self) -> None:
        super().prepare()
        self.refuse(404, f"Cannot {self.request.method} {self.request.path}")
