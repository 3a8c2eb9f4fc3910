"""The project "meat": how much fat is in a piece of meat, by its near-infrared spectrum? A regression on real data.

A sample is one spectrum, and that is one window: its 100 readings stand for wavelengths from 850 to 1,050 nm, not for
times. The impulse takes them as if they came one a millisecond.
"""

from __future__ import annotations

import numpy as np

from edgekit.sandbox import shipped
from edgekit.sandbox.meat import spectra
from edgekit.sandbox.meat.spectra import WAVELENGTHS, Spectrum
from edgekit.sandbox.models import Linear
from edgekit.sandbox.project import DATE, Floats, Json
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.signal_blocks import RegressionBlock
from edgekit.sandbox.timeseries import Dsp, Signal, SignalProject

INTERVAL_MS = 1
WINDOW_MS = len(WAVELENGTHS) * INTERVAL_MS
INPUT_ID, DSP_ID, REGRESSION_ID = 1, 2, 3
AXIS = "absorbance"
TOLERANCE = 3.0  # per cent of fat


def build() -> SignalProject:
    """Read the spectra and the shipped parameters, and put the project together."""
    learned = shipped.load("meat", spectra.SOURCES)
    block = _regression_block(learned)
    return SignalProject(
        id=5,
        name="meat",
        description=(__doc__ or "").splitlines()[0],
        samples=samples(),
        blocks={REGRESSION_ID: block},
        impulse=_impulse(block),
        dsp=Dsp(standardised, [f"{AXIS} {wavelength:.0f} nm" for wavelength in WAVELENGTHS]),
    )


def samples() -> dict[int, Signal]:
    """Return the spectra by their ids: the training set first, in the source's order."""
    return {i: _sample(i, spectrum) for i, spectrum in enumerate(spectra.tecator(), start=1)}


def standardised(windows: Floats) -> Floats:
    """Return each spectrum with mean 0 and deviation 1: (windows, readings, 1) → (windows, readings).

    Chemists call it the standard normal variate. It takes away how much light the surface scatters, which differs from
    piece to piece and says nothing of the fat (R. J. Barnes et al., Applied Spectroscopy 43, 1989).
    """
    values = windows[:, :, 0]
    centred = values - values.mean(axis=1, keepdims=True)
    scaled: Floats = centred / np.maximum(values.std(axis=1, keepdims=True), 1e-9)
    return scaled


def _sample(number: int, spectrum: Spectrum) -> Signal:
    category = {"TRAIN": "training", "TEST": "testing"}[spectrum.part]
    return Signal(
        id=number,
        filename=f"{category}{spectrum.number:03}",
        category=category,
        label=spectrum.fat,
        values=spectrum.absorbance[:, None],
        metadata={
            "source": f"Tecator_{spectrum.part}, from the sktime wheel",
            "label": "fat in per cent, by chemical analysis",
            "readings": f"{len(WAVELENGTHS)} wavelengths from {WAVELENGTHS[0]:.0f} to {WAVELENGTHS[-1]:.0f} nm",
        },
        device="spectrometer",
        sensors=[{"name": AXIS, "units": "N/A"}],
        interval_ms=INTERVAL_MS,
    )


# --- what the API says of it -----------------------------------------------------------------------------------------


def _regression_block(learned: Learned) -> RegressionBlock:
    float32, int8 = learned.figures["float32"], learned.figures["int8"]
    threshold = {
        "key": "min_score",
        "description": "Maximum absolute error",
        "helpText": (
            f"A prediction that is further than this from the label, in per cent of fat, counts as wrong. On "
            f"{float32['samples']} testing samples: mean absolute error {float32['mae']:.2f} (int8 {int8['mae']:.2f}), "
            f"largest {float32['largest']:.1f} (int8 {int8['largest']:.1f}); always saying the median of the training "
            f"set errs by {float32['mae_of_the_median']:.1f}."
        ),
        "value": TOLERANCE,
    }
    about = {
        "id": REGRESSION_ID,
        "type": "keras-regression",
        "name": "Regression",
        "dsp": [DSP_ID],
        "title": "Regression (ridge)",
        "createdBy": "createImpulse",
        "createdAt": DATE,
    }
    features = list(range(len(WAVELENGTHS)))
    return RegressionBlock(about, threshold, features, Linear.restored(learned.arrays, "linear"))


def _impulse(block: RegressionBlock) -> Json:
    return {
        "id": 1,
        "name": "meat",
        "type": "default",
        "inputBlocks": [
            {
                "id": INPUT_ID,
                "type": "time-series",
                "name": "Time series",
                "title": "Time series data",
                "windowSizeMs": WINDOW_MS,
                "windowIncreaseMs": WINDOW_MS,
                "frequencyHz": 1000 / INTERVAL_MS,
                "padZeros": False,
            }
        ],
        "dspBlocks": [
            {
                "id": DSP_ID,
                "type": "organization",
                "name": "Spectrum",
                "title": "Spectrum, standardised",
                "axes": [AXIS],
                "valuesPerAxis": len(WAVELENGTHS),
                "input": INPUT_ID,
                "implementationVersion": 1,
            }
        ],
        "learnBlocks": [block.about],
        "postProcessingBlocks": [],
    }
