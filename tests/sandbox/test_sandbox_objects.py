"""The sandbox's project of pictures: the pictures, how good its models are, and the rest of the API."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

import edgekit as ek
from tests.objects import BOXES, CENTROIDS, LABELS, SIDE, parts, truths


@pytest.fixture
def call(objects_call):
    return objects_call


@pytest.fixture(scope="module")
def every(objects_answers):
    return [answer for kind in objects_answers.values() for answer in kind]


# --- the pictures ---


def test_what_is_tested_is_not_trained_on(objects_listed):
    def hashes(category):
        return {sample["sha256Hash"] for sample in objects_listed[category]}

    def labels(category):
        return {box["label"] for sample in objects_listed[category] for box in sample["boundingBoxes"]}

    assert (len(hashes("training")), len(hashes("testing"))) == (132, 56)
    assert not hashes("training") & hashes("testing")
    assert labels("training") == set(LABELS)
    assert labels("testing") == {*LABELS, "five"}


def test_boxes_are_whole_pixels_inside_the_stored_picture(objects_listed):
    for sample in [*objects_listed["training"], *objects_listed["testing"]]:
        size = sample["imageDimensions"]
        assert sample["chartType"] == "image"
        assert sample["boundingBoxesType"] == "object_detection"
        for box in sample["boundingBoxes"]:
            assert all(isinstance(box[name], int) for name in ("x", "y", "width", "height"))
            assert 0 <= box["x"] <= box["x"] + box["width"] <= size["width"]
            assert 0 <= box["y"] <= box["y"] + box["height"] <= size["height"]


def test_the_coins_are_where_another_librarys_watershed_finds_them():
    from scipy import ndimage
    from skimage.filters import sobel
    from skimage.measure import regionprops
    from skimage.segmentation import watershed

    from edgekit.sandbox.objects import pictures, scenes

    grey = pictures.photograph("coins")
    basins = watershed(sobel(grey), np.where(grey < 30, 1, np.where(grey > 150, 2, 0)))
    regions, _ = ndimage.label(ndimage.binary_fill_holes(basins == 2))
    theirs = [region.bbox for region in regionprops(regions) if region.area > 100]
    ours = scenes.coins()
    assert len(ours) == len(theirs) == 24
    for box in ours:
        edges = np.array([box.y, box.x, box.y + box.height, box.x + box.width])
        assert min(np.abs(edges - other).max() for other in np.array(theirs)) <= 5


def test_a_picture_is_served_as_png_as_stored_and_as_the_models_see_it(call, objects_listed):
    for sample in (
        objects_listed["testing"][0],
        next(s for s in objects_listed["testing"] if s["filename"].startswith("wide")),
    ):
        stored = call("GET", f"raw-data/{sample['id']}/image")
        assert stored.headers["Content-Type"] == "image/png"
        size = sample["imageDimensions"]
        assert Image.open(io.BytesIO(stored.content)).size == (size["width"], size["height"])
        seen = call("GET", f"raw-data/{sample['id']}/image", afterInputBlock="true")
        assert Image.open(io.BytesIO(seen.content)).size == (SIDE, SIDE)
    assert "true or false" in call("GET", "raw-data/1/image", afterInputBlock="perhaps").json()["error"]


def test_chalk_is_inside_the_truths_of_the_picture_the_models_see(call, objects_answers):
    for answer in objects_answers["wide"]:
        content = call("GET", f"raw-data/{answer['sample']['sample']['id']}/image", afterInputBlock="true").content
        colours = np.asarray(Image.open(io.BytesIO(content)), int)
        inside = np.zeros((SIDE, SIDE), bool)
        for _, *edges in truths(answer):
            grown = (np.array(edges) * SIDE + [-1.5, -1.5, 1.5, 1.5]).round()
            left, top, right, bottom = grown.clip(0, SIDE).astype(int)
            inside[top:bottom, left:right] = True
        coloured = np.ptp(colours, axis=2) > 25  # the textures are grey
        assert not (coloured & ~inside).any()


def test_an_uploaded_picture_refers_to_its_file_and_is_signed(call, sandbox):
    key = b"edgekit-sandbox-objects-hmac-key"
    picture = call("GET", "raw-data/150/image").content
    document = json.loads(call("GET", "raw-data/150/raw").content)["payload"]
    signature = hmac.new(key, picture, hashlib.sha256).hexdigest()
    assert document["values"] == [f"Ref-BINARY-image/png ({len(picture)} bytes) {signature}"]
    assert document["values"] == call("GET", "raw-data/150").json()["payload"]["values"]
    assert document["sensors"] == [{"name": "image", "units": "rgba"}]
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    assert studio.sample(150).verify(key.decode())


# --- how good they are ---


def test_the_help_texts_figures_are_those_of_the_testing_pictures(every):
    centroids, boxes = (c["thresholds"][0]["helpText"] for c in every[0]["classifications"])
    infos = [json.loads(parts(answer, CENTROIDS)[0]["debugInfoJson"]) for answer in every]
    known = [sum(label >= 0 for label, *_ in truths(answer)) for answer in every]
    hits = sum(len(info["assignments"]) for info in infos)
    false = sum(len(info["unassigned_y_pred_idxs"]) for info in infos)
    missed = sum(info["y_trues"][i]["label"] > 0 for info in infos for i in info["unassigned_y_true_idxs"])
    f1 = 2 * hits / (2 * hits + false + missed)
    assert f"On {len(every)} testing pictures with {sum(known)} objects" in centroids
    assert f"{hits} detections right" in centroids
    assert f"{false} wrong, {missed} objects missed. F1 {f1:.2f}" in centroids
    maps = [parts(answer, BOXES)[0]["mAP"] for answer, n in zip(every, known, strict=True) if n]
    assert f"mean COCO mAP {np.mean(maps):.2f}" in boxes


def test_the_models_have_learned_something_and_chance_has_not(every):
    text = every[0]["classifications"][0]["thresholds"][0]["helpText"]
    loose, tight, by_chance, tight_by_chance = map(
        float, re.search(r"F1 (\S+) at .* and (\S+) at .* reach (\S+) and (\d\.\d+)", text).groups()
    )
    assert loose >= tight > 0.6 > 0.4 > by_chance > tight_by_chance
    assert np.mean([parts(answer, BOXES)[0]["mAP"] for answer in every]) > 0.4


def test_int8_gives_multiples_of_1_256_and_is_nearly_as_good(call, every):
    f1 = {"float32": [], "int8": []}
    for answer in every[::4]:
        sample = answer["sample"]["sample"]["id"]
        for variant, figures in f1.items():
            block = call("POST", f"classify/anomaly-gmm/v2/{CENTROIDS}/{sample}", variant=variant).json()
            (classification,) = block["classifications"]
            figures.append(classification["structuredResult"][0]["f1"])
            whole = [score * 256 % 1 == 0 for score in classification["result"][0].values()]
            assert all(whole) is (variant == "int8")
    assert abs(np.mean(f1["int8"]) - np.mean(f1["float32"])) < 0.05


# --- model testing, thresholds, the rest of the API ---


@pytest.fixture
def own():
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["objects"])


def test_model_testing_gives_f1_and_boxes_and_a_threshold_empties_it(own):
    table = own.test().predictions
    assert len(table) == 56
    one = own.classify(int(table["sample"].iloc[0])).blocks[0].raw.structured_result[0]
    assert table["f1"].iloc[0] == one.f1
    assert list(table["correct"]) == list(table["f1"] == 1)
    before = sum(len(own.classify(sample).blocks[1].raw.structured_result[0].boxes) for sample in (121, 150, 168))
    own.set_threshold(CENTROIDS, 0.9)
    own.set_threshold(BOXES, 0.95)
    with pytest.raises(ek.NotFoundError, match="thresholds were changed"):
        own.test(start=False)
    raised = [own.classify(sample).blocks for sample in (121, 150, 168)]
    assert all(score > 0.9 for blocks in raised for score in blocks[0].raw.structured_result[0].scores)
    assert sum(len(blocks[1].raw.structured_result[0].boxes) for blocks in raised) < before


def test_a_picture_is_answered_at_once_by_both_generations(call):
    v2 = call("POST", "classify/v2/150", includeDebugInfo="true").json()
    assert v2 == call("GET", "classify/150").json()


@pytest.mark.parametrize(
    ("path", "helps"),
    [
        ("training/anomaly/3/metadata", "no anomaly block"),
        ("training/anomaly/4/gmm/metadata", "no GMM"),
        ("raw-data/150/slice?sliceStart=0&sliceEnd=2", "<= 1"),
        ("raw-data/999", "1 to 188"),
        ("classify/anomaly-gmm/5/150", "keras-object-detection"),
    ],
)
def test_what_a_picture_project_cannot_do_is_refused_with_a_text_that_helps(call, path, helps):
    answer = call("GET", path)
    assert (answer.status_code, answer.json()["success"]) == (200, False)
    assert helps in answer.json()["error"]


def test_listing_finds_pictures_by_what_is_in_them(call):
    coins = call("GET", "raw-data", category="testing", labels='["coin"]').json()["samples"]
    assert {sample["filename"][:5] for sample in coins} == {"coins"}
    nothing = call("GET", "raw-data", category="testing", labels='["-"]').json()["samples"]
    assert {len(sample["boundingBoxes"]) for sample in nothing} == {0}


def test_features_are_the_grey_values_of_what_the_models_see(call):
    (row,) = call("GET", "dsp/2/features/get-graph/classification/150").json()["data"]
    seen = Image.open(io.BytesIO(call("GET", "raw-data/150/image", afterInputBlock="true").content)).convert("L")
    np.testing.assert_allclose(row["X"], np.asarray(seen).ravel() / 255)
    assert len(call("GET", "dsp/2/features/labels").json()["labels"]) == len(row["X"])


def test_the_impulse_says_how_pictures_are_made_to_fit(call):
    impulse = call("GET", "impulse").json()["impulse"]
    (block,) = impulse["inputBlocks"]
    fit = [block[name] for name in ("type", "imageWidth", "imageHeight", "resizeMode")]
    assert fit == ["image", 96, 96, "fit-short"]
    assert [b["type"] for b in impulse["learnBlocks"]] == ["keras-object-detection"] * 2
