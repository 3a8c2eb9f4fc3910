"""The official client reads what the sandbox answers of the projects appliances and meat, and of label maps."""

from __future__ import annotations

import pytest

import edgekit as ek
from tests.official import NEWER, differences, lost_of_a_job, of

DSP, BLOCK, MAP_IMPULSE, MAP_BLOCK, MAP_DSP = 2, 3, 2, 8, 7
NEWER_MAPS = {
    "expectedLabels.labelMap",
    "classifications.labelMapResult",
    "classifications.labelMapScores",
    "predictions.labelMapPredictions",
    "sample.labelMap",
    "samples.labelMap",
}
# This version knows two methods of labelling; the sandbox's is one of newer servers.
METHOD = "impulse.inputBlocks.labelingMethodMultiLabel.type: must validate the enum values"
PROJECTS = {"appliances": (4, 540), "meat": (5, 173)}


def calls(project: int, sample: int, dsp: int = DSP, block: int = BLOCK, **impulse: int):
    """Every call whose answer follows from the kind of project."""
    of_project = {"project_id": project}
    one = of_project | {"sample_id": sample}
    return [
        ("GET projects", "ProjectsApi.list_projects", {}),
        ("GET {}", "ProjectsApi.get_project_info", of_project),
        ("GET raw-data", "RawDataApi.list_samples", of_project | {"category": "training", "limit": 3}),
        ("GET raw-data/{}", "RawDataApi.get_sample", one),
        ("GET impulse", "ImpulseApi.get_impulse", of_project | impulse),
        (
            "GET dsp/{}/features/get-graph/classification/{}",
            "DSPApi.dsp_get_features_for_sample",
            one | {"dsp_id": dsp},
        ),
        (
            "GET dsp/{}/features/get-graph/{}",
            "DSPApi.dsp_sample_trained_features",
            of_project | {"dsp_id": dsp, "feature_ax1": 0, "feature_ax2": 1, "feature_ax3": 2, "category": "testing"},
        ),
        ("GET training/keras/{}/metadata", "LearnApi.get_keras_metadata", of_project | {"learn_id": block}),
        (
            "GET training/keras/{}/data-explorer/features",
            "LearnApi.get_keras_data_explorer_features",
            of_project | {"learn_id": block},
        ),
        ("POST classify/v2/{}", "ClassifyApi.classify_sample_v2", one | impulse),
        ("POST jobs/classify", "JobsApi.start_classify_job", of_project | impulse | {"start_classify_job_request": {}}),
        (
            "GET classify/all/result/page",
            "ClassifyApi.get_classify_job_result_page",
            of_project | impulse | {"limit": 3},
        ),
        ("GET classify/all/result", "ClassifyApi.get_classify_job_result", of_project | impulse),
    ]


@pytest.fixture(scope="module")
def heard(asking):
    """What the installed client made of every call, by project."""
    with ek.Sandbox() as own:
        found = {name: asking.ask(own.url, own.keys[name], calls(*of_name)) for name, of_name in PROJECTS.items()}
        maps = calls(6, 31, dsp=MAP_DSP, block=MAP_BLOCK, impulse_id=MAP_IMPULSE)
        return found | {"label maps": asking.ask(own.url, own.keys["routine"], maps)}


ROUTES = list(dict.fromkeys(route for route, _, _ in calls(1, 1)))


@pytest.mark.parametrize("project", [*PROJECTS, "label maps"])
@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_validates_with_the_clients_model_and_is_read_whole(heard, project, route):
    for one in of(heard[project], route):
        assert one["answer"]["success"] is True
        assert [problem for problem in one["problems"] if not problem.startswith(METHOD)] == []
        assert one["raised"] is None
        lost = {".".join(field.split(".")[-2:]) for field in differences(one["answer"], one["returned"])}
        assert lost - NEWER - (NEWER_MAPS if project == "label maps" else set()) == lost_of_a_job(one)
