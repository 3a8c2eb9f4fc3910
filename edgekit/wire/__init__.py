"""Bytes to and from a server: it knows nothing of any call.

`session` makes a call: key, attempts, redirects. `address` says which addresses may be called. `limits` holds what a
call may cost, in time, repeats and bytes. `faults` words what went wrong.
"""
