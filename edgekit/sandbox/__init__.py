"""The embedded Studio: real recordings and pictures, trained models, the real calls over HTTP on this machine only.

It stands in for the service where there is no account and no network. It imports nothing of edgekit's client (only the
exceptions), so that the client meets it as it meets the Studio: over HTTP.
"""

from edgekit.sandbox.server import Sandbox

__all__ = ["Sandbox"]
