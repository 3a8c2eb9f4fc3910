"""How a project's calls are made: the session, the project's id, answers as structs, jobs that a call starts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import numpy as np

from edgekit import arguments, display
from edgekit.errors import JobFailed, NotFoundError, ResponseError, UsageError, warn
from edgekit.results.sample import Sample
from edgekit.studio.jobs import follow
from edgekit.wire import schema
from edgekit.wire.decoding import decode, is_page, page_error, raise_refusal
from edgekit.wire.recording import Replay
from edgekit.wire.secret import sealed
from edgekit.wire.session import Session

STUDIO_URL = "https://studio.edgeimpulse.com/v1"
_LONGEST_START = 2000  # bytes of an answer that may be no result but the id of a job
LOG_LINES = 1000  # that the Studio sends of a job's log
T = TypeVar("T")


class Calls:
    """A project reached with its API key: what the themed rooms beside this module ask through.

    Parameters
    ----------
    transport : Session
        The session, over HTTP or with a recording.
    project_id, job_time_limit
        As of `edgekit.Studio`, which holds one of these and is its face.
    """

    def __init__(self, transport: Session, project_id: int | None, job_time_limit: float) -> None:
        self.transport = transport
        self._job_time_limit = arguments.number("job_time_limit", job_time_limit, 0)
        self.known_project_id = None if project_id is None else id_of(project_id)
        self.impulse_id: int | None = None  # the project's default impulse

    def under(self, impulse: int) -> Self:
        """Return a copy that asks about another impulse than the default one; it shares the connections."""
        other = copy(self)
        other.impulse_id = id_of(impulse)
        return other

    @property
    def of_impulse(self) -> dict[str, Any]:
        """The parameter that says which impulse is meant, for the calls that take it."""
        return {"impulseId": self.impulse_id}

    def __repr__(self) -> str:
        return f"<Calls to {self.url}>"

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    @property
    def url(self) -> str:
        """Base address of the server."""
        return self.transport.url

    @property
    def project_id(self) -> int:
        """Identifier of the project: as given, else the key's own."""
        # no cached_property: in Python 3.11 it holds a lock during the call, which a process forked then never gets
        if self.known_project_id is None:
            first, *others = self.projects()
            if others:
                warn(
                    f"This API key sees {1 + len(others)} projects "
                    f"({display.listing(f'{one.id}: {one.name}' for one in (first, *others))}); edgekit takes the "
                    f"first, {first.id}. Choose another one with project_id=… or EI_PROJECT_ID."
                )
            self.known_project_id = first.id
        return self.known_project_id

    def projects(self) -> list[schema.Project]:
        """Return the projects this key sees, at least one. Source: ``GET /api/projects``."""
        source = "GET /api/projects"
        projects = decode(self._masked(self.transport.get, "projects"), schema.ProjectsResponse, source).projects
        if not projects:
            raise NotFoundError(f"{source}: this API key sees no project. Use a project's own key.")
        return projects

    # --- jobs ---

    def job(self, job: int) -> schema.Job:
        """Return the state of a job. Source: ``GET …/jobs/{jobId}/status``."""
        found = self.get(schema.JobResponse, "jobs", id_of(job), "status").job
        self.check_id("job", job, found.id, f"GET {self.route(('jobs', job, 'status'))}", "$.job.id")
        return found

    def job_log(self, job: int) -> list[str]:
        """Return the lines a job printed, oldest first (the API sends the newest first).

        The Studio sends the last 1,000 lines: where there are so many, a first line of edgekit's own says so.
        """
        answer = self.get(schema.LogResponse, "jobs", id_of(job), "stdout")
        lines = [line.data.rstrip("\n") for line in reversed(answer.stdout)]
        cut = len(lines) >= LOG_LINES or (answer.total_count or 0) > len(lines)
        return [f"(These are the last {len(lines)} lines: the Studio sends no more.)", *lines] if cut else lines

    def cancel_job(self, job: int) -> None:
        """Ask the server to stop a job. Source: ``POST …/jobs/{jobId}/cancel``."""
        self.post(schema.Refusal, "jobs", id_of(job), "cancel")

    def wait_for(self, job: int, stop: threading.Event | None = None) -> None:
        """Wait until a job of the server has succeeded; see `edgekit.studio.jobs.follow`."""
        follow(self, job, self._job_time_limit, stop)

    # --- how calls are made ---

    def get(self, kind: type[T], *path: str | int, **params: Any) -> T:
        """Send a GET below the project; return its answer as a struct."""
        source = "GET " + self.route(path)
        return decode(self._masked(self.transport.get, self.project_id, *path, **params), kind, source)

    @sealed
    def _masked(self, send: Callable[..., bytes], *path: str | int, **options: Any) -> bytes:
        """Send a call and return its answer without the key.

        It goes straight into `decode`. No variable on the way holds it: tracebacks may show them, and it has secrets.
        """
        return self.transport.masked(send("api", *path, **options))

    def check_id(self, what: str, asked: int, came: int, call: str, place: str) -> None:
        """Raise where the answer is about another sample, block or job than was asked for."""
        if came != asked:
            raise ResponseError(
                f"{call}: asked for {what} {asked}, and the answer is about {what} {came}. Something on the way mixes "
                f"up answers, such as a proxy that keeps them: try again, or without it.",
                place,
            )

    def check_progress(self, before: int, after: int, *path: str) -> None:
        """Raise where a page brought nothing new: reading would never end."""
        if after == before:
            raise ResponseError(
                f"GET {self.route(path)}: the server gives the same page whichever is asked for. Try again later.",
                "$.totalCount",
            )

    @sealed
    def file(self, *path: str | int, **params: Any) -> bytes:
        """Fetch a file, not a byte of it changed; a refusal in its place is JSON as everywhere."""
        content = self.transport.get("api", self.project_id, *path, **params)
        source = "GET " + self.route(path)
        if content.lstrip()[:1] == b"{":
            raise_refusal(self.transport.masked(content), source)
        if is_page(content):
            raise page_error(source, "a file")
        return content

    def post(self, kind: type[T], *path: str | int, body: dict[str, Any] | None = None, **params: Any) -> T:
        """Send a POST below the project; return its answer as a struct."""
        source = "POST " + self.route(path)
        return decode(self._masked(self.transport.post, self.project_id, *path, body=body, **params), kind, source)

    def now(self) -> datetime | None:
        """Return the time, for an answer that has just come; None of a recording, whose answers came earlier."""
        return None if isinstance(self.transport, Replay) else datetime.now(UTC)

    def route(self, path: tuple[str | int, ...]) -> str:
        """Name a path as errors do."""
        return f"/api/{self.project_id}/" + "/".join(map(str, path))

    def posted(self, kind: type[T], *path: str | int, stop: threading.Event | None = None, **params: Any) -> T:
        """Send a V2 POST; where it answers with a job, wait for the job and send the same POST again."""
        source = "POST " + self.route(path)
        for _ in range(3):  # a result can drop out of the server's cache between the job's end and our asking
            answer = self._result_or_job(kind, source, path, params)
            if not isinstance(answer, int):
                return answer
            self.wait_for(answer, stop)
        raise JobFailed(f"{source}: the server keeps answering with a new job instead of the result. Try again later.")

    @sealed
    def _result_or_job(
        self, kind: type[T], source: str, path: tuple[str | int, ...], params: dict[str, Any]
    ) -> T | int:
        """Send a V2 POST; return the result, or the id of the job that makes it."""
        answer = self._masked(self.transport.post, self.project_id, *path, idempotent=True, **params)
        if len(answer) > _LONGEST_START:
            return decode(answer, kind, source)
        started = decode(answer, schema.JobStarted, source)
        if started.id is None or bytes(started.classifications) or bytes(started.results):
            return decode(answer, kind, source)
        return started.id


def id_of(given: int | Sample) -> int:
    """Return the id of a sample, block or job that was named; UsageError where it is not an id."""
    number = given.id if isinstance(given, Sample) else given
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number <= arguments.LARGEST:
        raise UsageError(
            f"Expected an id (a whole number, as studio.samples() lists them), got {display.quoted(given)}."
        )
    return int(number)
