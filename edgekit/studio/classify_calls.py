"""The calls that classify a sample: with all blocks or one, and with several variants of the models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from edgekit import display
from edgekit.arguments import flag, text, texts
from edgekit.errors import UsageError
from edgekit.results.sample import Sample
from edgekit.results.testing import variants_table
from edgekit.studio.calls import Calls, id_of
from edgekit.studio.impulse_calls import learn_block
from edgekit.wire import schema


def asking(
    calls: Calls, block: int | str | None, *, variant: str | None, debug: bool, deprecated: bool
) -> Callable[..., schema.ClassifyResponse]:
    """Check the arguments of `edgekit.Studio.classify`; return the call, which takes a sample and `stop`."""
    debug, deprecated = flag("debug", debug), flag("deprecated", deprecated)
    variant = None if variant is None else text("variant", variant)
    if deprecated and variant is not None:
        raise UsageError("The deprecated call knows no variant: leave out deprecated=True or variant=….")
    if deprecated and block is None and calls.impulse_id is not None:
        raise UsageError("The deprecated call knows no impulse: leave out deprecated=True or impulse=….")
    chosen = None if block is None else learn_block(calls, block)
    return partial(classified, calls, chosen, variant=variant, debug=debug, deprecated=deprecated)


def classified(
    calls: Calls,
    block: int | None,
    sample: int,
    *,
    variant: str | None,
    debug: bool,
    deprecated: bool,
    stop: threading.Event | None = None,
) -> schema.ClassifyResponse:
    """Classify one sample with all blocks or with one; see `edgekit.Studio.classify`."""
    room, which = ((), (sample,)) if block is None else (("anomaly-gmm",), (block, sample))
    params = {"includeDebugInfo": debug, **calls.of_impulse} if block is None else {}  # a block names its impulse
    if deprecated:
        path: tuple[str | int, ...] = ("classify", *room, *which)
        answer = calls.get(schema.ClassifyResponse, *path, **params)
    else:
        path = ("classify", *room, "v2", *which)
        answer = calls.posted(schema.ClassifyResponse, *path, stop=stop, variant=variant, **params)
    call = f"{'GET' if deprecated else 'POST'} {calls.route(path)}"
    calls.check_id("sample", sample, answer.sample.sample.id, call, "$.sample.sample.id")
    for i, came in enumerate(answer.classifications if block is not None else []):
        calls.check_id("block", which[0], came.learn_block.id, call, f"$.classifications[{i}].learnBlock.id")
    return answer


def compared(calls: Calls, sample: int | Sample, variants: Sequence[str]) -> pd.DataFrame:
    """Classify a sample with several variants of the models; see `edgekit.Studio.compare_variants`."""
    many = isinstance(variants, Sequence) and not isinstance(variants, str)
    if not many or not variants or len(set(texts("variants", variants))) < len(variants):
        raise UsageError(
            f'Give the variants as a list, each once, such as ["float32", "int8"]; got {display.quoted(variants)}.'
        )
    path = ("classify", "v2", id_of(sample), "variants")
    answer = calls.posted(schema.VariantsResponse, *path, variants=list(variants), **calls.of_impulse)
    calls.check_id("sample", id_of(sample), answer.sample.sample.id, f"POST {calls.route(path)}", "$.sample.sample.id")
    return variants_table(answer, list(variants))
