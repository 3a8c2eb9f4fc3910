"""How much of something explorers show at most: in the browser, which is sent it as data, and in the still picture."""

BARS = 6  # of probabilities or shares, of one kind: more would not fit on one screen
NAMES = 40  # objects of a picture: of more, their names would cover each other
ERRORS = 300  # bars in the strip of errors: more could not be told apart
MARKERS, DOTS = 1000, 20_000  # points of a regression: beyond, dots of a few pixels; smaller ones


def as_data() -> dict[str, int]:
    """Return them as what an explorer's front end is sent (`most` of its `_meta`)."""
    return {"bars": BARS, "names": NAMES, "errors": ERRORS, "markers": MARKERS, "dots": DOTS}
