"""Ask the official client, whichever `edgeimpulse_api` is on the path, for everything in a table of calls.

It serves both generations alike: `test_conformance` imports it for the one that is installed, and runs it as a program
for the newest one, which cannot live in the same environment. The program reads a JSON list of `ask`'s arguments from
stdin and prints a JSON list of its results.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import edgeimpulse_api

A_JOB = {"success", "id"}
JOB_TIME_LIMIT = 30


@contextmanager
def connected(url: str, key: str) -> Iterator[Any]:
    """The official client of a server; its own `close` leaves connections open."""
    configuration = edgeimpulse_api.Configuration(host=url, api_key={"ApiKeyAuthentication": key})
    client = edgeimpulse_api.ApiClient(configuration)
    yield client
    client.rest_client.pool_manager.clear()


def ask(url: str, key: str, calls: list[list[Any]]) -> list[dict[str, Any]]:
    """Make `calls`, each ``[route, "SomeApi.some_method", arguments]``; return what came of each, see `_ask`.

    A call that starts a job is followed by waiting for the job, and where that job is on its way to an answer (a V2
    call), by the same call once more.
    """
    heard = []
    with connected(url, key) as client:
        for route, method, arguments in calls:
            heard.append({"route": route} | _ask(client, method, arguments))
            answer = heard[-1]["answer"]
            if answer is not None and set(answer) == A_JOB:
                _wait(client, arguments.get("project_id", 1), answer["id"])
                if "/v2/" in route:
                    heard.append({"route": route} | _ask(client, method, arguments))
    return heard


def _ask(client: Any, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make one call.

    Returns the `path` it sent, the `answer` (None unless JSON), what the client made of it (`returned`, as a dict) or
    `raised` instead, and the `problems` its model for this answer has with it.
    """
    api, method = name.split(".")
    call = getattr(getattr(edgeimpulse_api, api)(client), method)
    signature = inspect.signature(call)
    if "project_id" in signature.parameters:
        arguments = {"project_id": 1} | arguments
    client.last_response = None
    returned, raised = None, None
    try:
        returned = call(**arguments)
    except Exception as problem:  # the client raises bare Exception itself
        raised = f"{type(problem).__name__}: {problem}"
    response = client.last_response
    answer = _json(response.data) if response is not None else None
    return {
        "path": response.urllib3_response.url.partition("?")[0] if response is not None else None,
        "answer": answer,
        "returned": returned.to_dict() if hasattr(returned, "to_dict") else returned,
        "raised": raised,
        "problems": _problems(signature.return_annotation, answer),
    }


def _json(data: str | bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _problems(model: Any, answer: Any) -> list[str]:
    """Validate an answer against the model that the client declares for it."""
    if answer is None or not hasattr(model, "parse_obj"):
        return []
    if "any_of_schemas" in model.__fields__:  # a V2 call's: it accepts anything itself
        result, job = model.__fields__["any_of_schemas"].default
        return _problems(getattr(edgeimpulse_api, job if set(answer) == A_JOB else result), answer)
    try:
        model.parse_obj(answer)
    except ValueError as problem:
        found = {(*(part for part in e["loc"] if isinstance(part, str)), e["msg"]) for e in problem.errors()}
        return sorted(f"{'.'.join(where)}: {text}" for *where, text in found)
    return []


def _wait(client: Any, project: int, job: int) -> None:
    end = time.monotonic() + JOB_TIME_LIMIT
    while edgeimpulse_api.JobsApi(client).get_job_status(project, job).job.finished is None:
        if time.monotonic() > end:
            raise TimeoutError(f"Job {job} never ended")
        time.sleep(0.02)


if __name__ == "__main__":
    print(json.dumps([ask(*arguments) for arguments in json.load(sys.stdin)]))
