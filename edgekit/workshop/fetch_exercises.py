"""Part 1: samples and readings."""

from __future__ import annotations

from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, NUMBER
from edgekit.workshop.solution import Mistake, Solution, first_sample, highest, lowest, per_studio


@per_studio
def readings_in_training(studio: Studio) -> Solution:
    """1.1: how many readings all samples of the training part have together."""
    samples = studio.samples("training")
    training, testing = (int(part["readings"].sum()) for part in (samples, studio.samples("testing")))
    return Solution(
        training,
        COUNT,
        (
            Mistake(testing, "You took testing for training: ask for the other category."),
            Mistake(training + testing, "That is the whole project. Ask for one category."),
            Mistake(len(samples), "You counted samples for readings: one sample has many readings."),
            Mistake(samples["readings"].mean(), "That is the mean of a sample. Add up all samples."),
        ),
    )


@per_studio
def readings(studio: Studio) -> Solution:
    """1.2: how many readings the first testing sample has."""
    signal = first_sample(studio).signal()
    rows, columns = signal.shape
    every = Mistake(signal.size, "You counted every number. One reading is a row with a number for each axis.")
    return Solution(
        rows,
        COUNT,
        (
            Mistake(columns, "That is the number of axes, the columns of the table. A reading is a row."),
            *((every,) if columns > 1 else ()),
            Mistake(rows - 1, "Off by one: that is the position of the last reading, and positions begin at 0."),
            Mistake(signal.index[-1], "That is the time of the last reading, in milliseconds."),
        ),
    )


@per_studio
def time_of_the_highest_reading(studio: Studio) -> Solution:
    """1.3: when the first axis is highest, in milliseconds."""
    values = first_sample(studio).signal().iloc[:, 0]
    right = highest(values)
    return Solution(
        float(right),
        NUMBER,
        (
            Mistake(float(values.argmax()), "That is the position of the row. The time stands in the table's index."),
            Mistake(right / 1000, "That is in seconds. Give it in milliseconds, as the index of the table does."),
            Mistake(float(lowest(values)), "That is the time of the lowest value."),
            Mistake(values.max(), "That is the highest value. At which time does it occur?"),
        ),
    )
