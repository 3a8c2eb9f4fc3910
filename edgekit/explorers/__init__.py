"""Interactive views; each shows what the rooms below it return and computes nothing itself."""

from edgekit.explorers.panel import Panel

__all__ = ["Panel"]
