"""Audio as a spectrogram: the loudest frequency stands where it is, silence and gaps are no trouble."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import edgekit as ek
from tests.conftest import SEED

RATE = 16_000


def tone(hertz: float, readings: int) -> pd.DataFrame:
    time = np.arange(readings) / RATE
    return pd.DataFrame({"audio": np.sin(2 * np.pi * hertz * time)}, pd.Index(1000 * time, name="time_ms"))


@pytest.mark.parametrize(("hertz", "readings"), [(440, RATE), (3000, 2000), (5000, 64)])
def test_the_loudest_frequency_is_that_of_the_tone(hertz, readings):
    ax = ek.plots.spectrogram(tone(hertz, readings), title="a tone")
    image = ax.get_images()[0]
    loudness, (left, right, low, high) = image.get_array(), image.get_extent()
    found = np.linspace(low, high, len(loudness))[np.asarray(loudness).mean(axis=1).argmax()]
    assert abs(found - hertz) <= high / (len(loudness) - 1)
    assert (low, high) == (0, RATE / 2)
    assert left >= 0
    assert right <= readings / RATE + 1e-9
    assert loudness.max() == 0
    plt.close("all")


def test_silence_and_missing_readings_are_drawn():
    silent, broken = tone(440, 1000) * 0, tone(440, 4000)
    broken.iloc[1000:1010] = np.nan
    for table in (silent, broken):
        ek.plots.spectrogram(table).figure.canvas.draw()
    plt.close("all")


@pytest.mark.parametrize("table", [tone(440, 63), tone(440, 100).set_axis([0] * 100), tone(440, 100)[[]]])
def test_too_few_readings_or_no_time_are_refused(table):
    with pytest.raises(ek.UsageError, match="at least 64 readings over time"):
        ek.plots.spectrogram(table)


def sample(units: str, values: list[float], **info: float) -> ek.Sample:
    document = json.loads(SEED.read_bytes())
    sensors = [{"name": "audio", "units": units}]
    data = document["sample"]
    data["payload"] |= {"sensors": sensors, "values": values, "cropStart": 0, "cropEnd": len(values)}
    data["sample"] |= {"sensors": sensors, "intervalMs": 1000 / RATE, "valuesCount": len(values)} | info
    data["totalPayloadLength"] = len(values)
    return ek.parse(document).sample


def test_a_sample_of_audio_is_drawn_as_a_spectrogram_and_any_other_over_time():
    values = tone(440, 2000)["audio"].tolist()
    assert sample("wav", values).plot().get_ylabel() == "frequency in Hz"
    assert sample("m/s2", values).plot().get_ylabel() == "value"
    assert sample("wav", values[:50]).plot().get_ylabel() == "value"
    plt.close("all")
