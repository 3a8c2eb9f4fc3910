"""Names of axes that several drawings of one thing share: in the browser, in the still picture, in `edgekit.plots`."""

EXPECTED = "expected"
PREDICTED = "predicted"
ERROR = "error (predicted \N{MINUS SIGN} expected)"
PROBABILITY = "highest probability"
RIGHT = "share that is right"


def as_data() -> dict[str, str]:
    """Return them as what an explorer's front end is sent (`axis_names` of its `_meta`)."""
    return {"expected": EXPECTED, "predicted": PREDICTED, "error": ERROR, "probability": PROBABILITY, "right": RIGHT}
