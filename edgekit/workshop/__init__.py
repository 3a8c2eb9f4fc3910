"""The workshop: a course of ninety minutes whose exercises are checked, with hints, on the learner's own machine.

>>> import edgekit as ek
>>> studio = ek.workshop.connect(1)
>>> ek.workshop.check("1.2", studio.sample(31).signal().shape[1])
1.2 not yet: That is the number of axes, the columns of the table. A reading is a row.

``edgekit workshop`` has what an instructor needs: the learners' folder, a pack for a USB stick, one server for a room.
"""

from edgekit.workshop.checking import Checked, check
from edgekit.workshop.course import PARTS, Part, connect
from edgekit.workshop.folder import reset
from edgekit.workshop.learner_progress import progress

__all__ = ["PARTS", "Checked", "Part", "check", "connect", "progress", "reset"]


def __dir__() -> list[str]:
    return __all__
