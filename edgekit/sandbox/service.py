"""The Studio's calls, answered from the sandbox's projects: a request comes in as plain values, JSON goes out.

HTTP is `server`'s business; an application error is a `Refused`, which becomes HTTP 200 with ``success: false``, as the
Studio does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from edgekit.sandbox import model_testing, thresholds
from edgekit.sandbox.job_runner import Jobs, Log
from edgekit.sandbox.project import DATE, VARIANTS, Block, Json, Project, Refused, StoredSample, Tested, WrongParameter
from edgekit.sandbox.project_info import project_info
from edgekit.sandbox.queries import Query, flag, json_list, number
from edgekit.sandbox.whole_sets import WholeSets

# A sample of more windows than this is classified by a job first, as the Studio does with long files.
FEW_WINDOWS = 8
PAGE = LOG_LINES = 1000
NO_RESULTS = "No model testing results found, run 'startClassifyJob' first"
CATEGORIES = ("training", "testing", "validation", "post-processing")


class Service:
    """The calls of one project under one of its impulses; `others` are those under the further ones."""

    def __init__(self, project: Project, jobs: Jobs | None = None) -> None:
        self.project = project
        self._jobs = jobs or Jobs()
        self.others = [Service(other, self._jobs) for other in project.others]
        self._answers: dict[tuple[object, ...], bytes] = {}
        self._tested: dict[tuple[str, str], Tested] = {}  # by category and variant
        self._emptied: dict[tuple[str, str], Tested] = {}  # the results that new thresholds took away
        self._thresholds_changed = False
        self.sets = WholeSets(project)

    def close(self) -> None:
        """Stop the worker."""
        self._jobs.close()

    # --- which impulse is meant ---

    def asked(self, query: Query) -> Service:
        """Return the service of the impulse that ``impulseId`` names; without it, of the default one."""
        impulse_id = number(query, "impulseId", None)
        return self if impulse_id is None else self.with_impulse(impulse_id)

    def with_impulse(self, impulse_id: int) -> Service:
        """Return the service of an impulse."""
        found = {service.project.impulse["id"]: service for service in (self, *self.others)}
        if impulse_id not in found:
            have = ", ".join(map(str, found))
            raise Refused(f"No impulse with id {impulse_id}: this project has {have}")
        return found[impulse_id]

    def with_block(self, block_id: int) -> Service:
        """Return the service of the impulse that has a learn block: the default one where none has."""
        return next((service for service in self.others if block_id in service.project.blocks), self)

    def with_dsp(self, dsp_id: int) -> Service:
        """Return the service of the impulse that has a DSP block."""
        for service in (self, *self.others):
            if dsp_id in service.project.dsp_ids:
                return service
        have = ", ".join(map(str, self.project.dsp_ids))
        raise Refused(f"No DSP block with id {dsp_id}: this project has {have}")

    # --- the project ---

    def info(self) -> Json:
        """Return what there is to say of the project as a whole."""
        return project_info(self.project)

    # --- samples ---

    def samples(self, query: Query) -> Json:
        """List samples, newest first unless ``sortBy=id-asc``."""
        category = query.get("category")
        if category not in CATEGORIES:
            raise WrongParameter(f"Missing or unknown category {category!r}: expected one of {', '.join(CATEGORIES)}")
        labels = json_list("labels", query.get("labels"))
        found = [
            sample
            for sample in self.project.samples.values()
            if sample.category == category
            and (labels is None or not sample.labels().isdisjoint(labels))
            and query.get("filename", "") in sample.filename
        ]
        found.sort(key=lambda sample: sample.id, reverse=query.get("sortBy") != "id-asc")
        offset, limit = number(query, "offset", 0), number(query, "limit", PAGE)
        page = found[offset : offset + limit]
        return {"success": True, "samples": [s.info(self.project) for s in page], "totalCount": len(found)}

    def sample(self, sample_id: int, query: Query) -> Json:
        """Return one sample with its values; ``limitPayloadValues`` of them, spread over its whole length."""
        limit = number(query, "limitPayloadValues", None)
        return {"success": True, **self._sample(sample_id).data(self.project, limit=limit)}

    def slice(self, sample_id: int, query: Query) -> Json:
        """Return the readings [sliceStart, sliceEnd) of a sample."""
        sample = self._sample(sample_id)
        start, end = number(query, "sliceStart", None), number(query, "sliceEnd", len(sample))
        if start is None:
            raise WrongParameter("sliceStart is missing: the first reading of the slice")
        if not start < end <= len(sample):
            raise Refused(f"Invalid slice: 0 <= sliceStart < sliceEnd <= {len(sample)} expected")
        return {"success": True, **sample.part(self.project, start, end)}

    def original(self, sample_id: int) -> bytes:
        """Return a sample's bytes as uploaded."""
        return self._sample(sample_id).original(self.project)

    def image(self, sample_id: int, query: Query) -> bytes:
        """Return a picture as PNG: as stored, or with ``afterInputBlock=true`` as the models see it."""
        sample = self._sample(sample_id)
        picture = sample.picture(flag(query, "afterInputBlock"))
        if picture is None:
            raise Refused(f"Sample {sample.id} is no image")
        return picture

    # --- the impulse and its blocks ---

    def impulse(self) -> Json:
        """Return the impulse."""
        return {"success": True, "impulse": self.project.impulse}

    def impulses(self) -> Json:
        """Return all impulses, the default one first."""
        found = [service.project.impulse for service in (self, *self.others)]
        return {"success": True, "impulses": found, "maxImpulseCount": len(found)}

    def detailed_impulses(self) -> Json:
        """Return all impulses with what is known of them: the accuracy of the testing set, where it was tested."""
        details = [service.details() for service in (self, *self.others)]
        return {"success": True, "impulses": details, "metricKeysByCategory": [], "extraTableColumns": []}

    def details(self) -> Json:
        """Return the impulse with what is known of it."""
        tested = self._tested.get(("testing", VARIANTS[0]), [])
        score = self.project.accuracy(tested)["accuracy"].get("accuracyScore")
        metric = {
            "name": "testingAccuracy",
            "type": "core",
            "category": "impulseMetrics",
            "description": "Accuracy on the testing set (float32)",
            "title": "Testing accuracy",
            "value": score,
        }
        configs = (
            "dspBlockConfigs",
            "learnBlockKerasConfigs",
            "learnBlockAnomalyConfigs",
            "postProcessingBlockConfigs",
        )
        return {
            "impulse": self.project.impulse,
            "metrics": [] if score is None else [metric],
            **{name: [] for name in configs},
            "isStale": False,
            "configured": True,
            "complete": True,
            "tags": [],
        }

    def features(self, dsp_id: int, sample_id: int) -> Json:
        """Return the features of every window of a sample."""
        rows = self.project.feature_rows(self._sample(sample_id), dsp_id)
        return {"success": True, "totalSampleCount": len(rows), "data": rows, "skipFirstFeatures": 0}

    def feature_map(self, block_id: int | None = None) -> Json:
        """Return where the data explorer lays every window by a block's embeddings; of the data as such there is none.

        As of a project in which only the data explorer of that block was ever opened.
        """
        return self.sets.map(None if block_id is None else self._block(block_id))

    def feature_labels(self, dsp_id: int) -> Json:
        """Return the names of the features."""
        return {"success": True, "labels": self.project.feature_names(dsp_id)}

    def anomaly_metadata(self, block_id: int) -> Json:
        """Return scaling, clusters, axes and thresholds of an anomaly block."""
        metadata = self._block(block_id).metadata()
        if metadata is None:
            raise Refused(f"Learn block {block_id} is no anomaly block")
        return {"success": True, **metadata}

    def keras_metadata(self, block_id: int) -> Json:
        """Return classes and thresholds of a block that is not an anomaly block."""
        block = self._block(block_id)
        if not block.about["type"].startswith("keras"):
            raise Refused(f"Learn block {block_id} is an anomaly block")
        return {
            "success": True,
            "created": DATE,
            "layers": [],
            "classNames": block.class_names(),
            "labels": [],
            "availableModelTypes": list(VARIANTS),
            "recommendedModelType": VARIANTS[0],
            "modelValidationMetrics": [],
            "hasTrainedModel": True,
            "mode": block.mode,
            "imageInputScaling": "0..1",
            "thresholds": block.thresholds(),
        }

    def gmm_metadata(self, block_id: int) -> Json:
        """Return the mixture of a GMM block."""
        mixture = self._block(block_id).mixture()
        if mixture is None:
            raise Refused(f"Learn block {block_id} is no GMM anomaly block")
        return {"success": True, **mixture}

    # --- classification and jobs ---

    def classify(self, sample_id: int, block_id: int | None = None) -> bytes:
        """Answer the deprecated GET: the result, however long it takes, with the debug info as documented."""
        sample = self._sample(sample_id)
        if block_id is not None:
            self._block(block_id)
        return msgspec.json.encode(self.project.classify(sample, block_id, debug=True))

    def classify_v2(self, sample_id: int, block_id: int | None, query: Query) -> bytes | Json:
        """Answer the V2 POST: the result of a short or already classified sample, else the id of a job.

        ``includeDebugInfo`` belongs to the call for all blocks; the one for a single block does not know it.
        """
        (variant,) = _variants([query.get("variant", VARIANTS[0])])
        sample = self._sample(sample_id)
        if block_id is not None:
            self._block(block_id)
        debug = block_id is None and flag(query, "includeDebugInfo")
        return self._result_or_job(
            sample, (block_id, variant, debug), lambda: self.project.classify(sample, block_id, variant, debug)
        )

    def compare_variants(self, sample_id: int, query: Query) -> bytes | Json:
        """Answer the POST that classifies with several variants of the models at once."""
        variants = _variants(json_list("variants", query.get("variants")) or list(VARIANTS))
        sample = self._sample(sample_id)
        return self._result_or_job(sample, tuple(variants), lambda: self.project.compare_variants(sample, variants))

    def _result_or_job(
        self, sample: StoredSample, asked: tuple[object, ...], answer: Callable[[], Json]
    ) -> bytes | Json:
        key = (sample.id, *asked)
        if key in self._answers:
            return self._answers[key]
        answers = self._answers  # those of today's thresholds: new thresholds bring a new dictionary
        windows = self.project.windows(sample)
        if windows <= FEW_WINDOWS:
            answers[key] = msgspec.json.encode(answer())  # a room asks for the same samples again and again
            return answers[key]

        def work(log: Log) -> None:
            log(f"Classifying {sample.filename}: {windows} windows")
            answers[key] = msgspec.json.encode(answer())
            log("Classifying OK")

        return {"success": True, "id": self._jobs.start("Classifying sample", work)}

    def job_status(self, job_id: int) -> Json:
        """Return a job; while it runs, ``finished`` and ``finishedSuccessful`` are absent."""
        return {"success": True, "job": self._jobs.status(job_id)}

    def job_log(self, job_id: int) -> Json:
        """Return what a job printed, newest line first, the last `LOG_LINES` lines."""
        lines = self._jobs.log(job_id)
        return {"success": True, "stdout": lines[::-1][:LOG_LINES], "totalCount": len(lines)}

    def cancel_job(self, job_id: int) -> Json:
        """Stop a job."""
        self._jobs.cancel(job_id)
        return {"success": True}

    # --- model testing and thresholds ---

    def start_model_testing(self, query: Query, body: Any) -> Json:
        """Start the job that classifies a whole set, with each of ``modelVariants`` of the body.

        ``selectedModelType`` is not looked at, as the Studio does not look at it.
        """
        category = self._category(query)
        wanted = body.get("modelVariants") if isinstance(body, dict) else None
        if wanted is not None and not (isinstance(wanted, list) and wanted):
            raise WrongParameter(f"modelVariants must be a list of variants, got {wanted!r}")
        variants = _variants(wanted or [VARIANTS[0]])

        def work(log: Log) -> None:
            tested = self._tested  # that of today's thresholds: new thresholds bring a new dictionary
            for variant in variants:
                tested[category, variant] = model_testing.run(self.project, log, category, variant)

        return {"success": True, "id": self._jobs.start("Classifying testing set", work)}

    def model_testing_page(self, query: Query) -> Json:
        """Return one page of the model testing results, in samples."""
        category, variant = self._category(query), _variants([query.get("variant", VARIANTS[0])])[0]
        if (category, variant) not in self._tested:
            raise Refused(NO_RESULTS)
        found = self._tested[category, variant]
        return model_testing.page(found, number(query, "offset", 0), number(query, "limit", PAGE))

    def model_testing_result(self, query: Query) -> Json:
        """Return all model testing results with their accuracy, or why there are none."""
        category, variant = self._category(query), _variants([query.get("variant", VARIANTS[0])])[0]
        if not self._tested and not self._thresholds_changed:
            raise Refused(NO_RESULTS)
        available = [name for name in VARIANTS if (category, name) in self._tested]
        found = self._tested.get((category, variant), [])
        return model_testing.whole(self.project, found, self._thresholds_changed, available)

    def regenerate_model_testing(self, query: Query) -> Json:
        """Start the job that gives the verdicts of today's thresholds to the scores of the last run."""
        category = self._category(query)
        known = self._emptied | self._tested
        if not self.project.regenerates:
            raise Refused("The results of this project cannot be regenerated, run 'startClassifyJob' instead")
        if not any(found == category for found, _ in known):
            raise Refused(NO_RESULTS)

        target = self._tested  # that of today's thresholds, as above

        def work(log: Log) -> None:
            for (found, variant), tested in known.items():
                if found == category:
                    target[category, variant] = model_testing.regenerated(self.project, tested)
            log("Model testing summary OK")

        return {"success": True, "id": self._jobs.start("Regenerating model testing summary", work)}

    def _category(self, query: Query) -> str:
        category = query.get("category", "testing")
        if category not in CATEGORIES:
            raise WrongParameter(f"Unknown category {category!r}: expected one of {', '.join(CATEGORIES)}")
        return category

    def set_thresholds(self, impulse_id: int, body: Any) -> Json:
        """Set thresholds of an impulse's learn blocks; it empties the model testing results, which rest on them."""
        return self.with_impulse(impulse_id)._set_thresholds(body)

    def _set_thresholds(self, body: Any) -> Json:
        wanted = body.get("thresholds") if isinstance(body, dict) else None
        if not isinstance(wanted, list) or not all(isinstance(entry, dict) for entry in wanted):
            raise WrongParameter('Expected {"thresholds": [{"blockId", "key", "value"}]}')
        changes = [(self._threshold(entry), entry["value"]) for entry in wanted]
        for threshold, value in changes:
            threshold["value"] = value if isinstance(value, str) else float(value)
        had_results = bool(self._tested)
        self._emptied |= self._tested
        self._tested, self._thresholds_changed = {}, True
        self._answers = {}
        status = {"hadModelTestingResults": had_results, "regenerateModelTestingStatus": "not_regenerated"}
        return {"success": True, **status}

    def _threshold(self, entry: Json) -> Json:
        block_id = entry.get("blockId")
        if not isinstance(block_id, int):
            raise WrongParameter(f"blockId must be the id of a learn block, got {block_id!r}")
        return thresholds.to_set(self._block(block_id), entry.get("key"), entry.get("value"))

    # --- look-ups ---

    def _sample(self, sample_id: int) -> StoredSample:
        if sample_id not in self.project.samples:
            raise Refused(f"No sample with id {sample_id}: this project has 1 to {len(self.project.samples)}")
        sample: StoredSample = self.project.samples[sample_id]
        return sample

    def _block(self, block_id: int) -> Block:
        if block_id not in self.project.blocks:
            have = ", ".join(f"{i} ({block.about['type']})" for i, block in self.project.blocks.items())
            raise Refused(f"No learn block with id {block_id}: this project has {have}")
        block: Block = self.project.blocks[block_id]
        return block


def _variants(names: list[Any]) -> list[str]:
    for name in names:
        if name not in VARIANTS:  # akida is one of the API's own: a right value, though no model here is made for it
            refusal = Refused if name == "akida" else WrongParameter
            raise refusal(f"No {name!r} model in this project: it has {', '.join(VARIANTS)}")
    return names
