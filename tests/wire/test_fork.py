"""A process that was forked calls on connections of its own, and its parent's sandbox stays its parent's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

BEGIN = """
import multiprocessing, os, sys, threading
import edgekit as ek
studio = ek.connect(sandbox="motion")
ids = [int(i) for i in studio.samples().index]
assert studio.sample(ids[0]).id == ids[0]  # from here on a connection is kept alive

def ask(wanted):
    found = studio.sample(wanted, limit=1)
    return wanted, found.id, found.filename
"""


def run(script: str) -> str:
    """Run a script in a process of its own: pytest's has threads, with which forking is a matter of luck."""
    command = [sys.executable, "-W", "ignore", "-c", BEGIN + script]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EI_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_every_call_of_a_pool_of_forked_processes_is_answered_with_its_own_sample():
    said = run("""
names = {i: studio.sample(i, limit=1).filename for i in ids}
with multiprocessing.get_context("fork").Pool(4) as pool:
    answers = pool.map_async(ask, (ids * 400)[:400], chunksize=1)
    mine = [ask(i) for i in (ids * 100)[:100]]
    theirs = answers.get(90)
assert [(i, i, names[i]) for i in (ids * 400)[:400]] == theirs
assert [(i, i, names[i]) for i in (ids * 100)[:100]] == mine
print(len(theirs))
""")
    assert said == "400"


def test_a_process_forked_in_the_middle_of_calls_goes_on():
    said = run("""
over = threading.Event()
def busy():
    while not over.is_set():
        ask(ids[0])
threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads: thread.start()
codes = []
for i in ids[:12]:
    child = os.fork()
    if not child:
        os._exit(0 if ask(i)[:2] == (i, i) else 3)
    codes.append(os.waitpid(child, 0)[1])
over.set()
for thread in threads: thread.join()
print(codes)
""")
    assert said == str([0] * 12)


def test_a_forked_process_connects_to_its_parents_sandbox_and_leaves_it_running():
    said = run("""
child = os.fork()
if not child:
    again = ek.connect(sandbox="objects")
    assert len(again.samples("testing", limit=1)) == 1
    sys.exit(0)  # what was registered for the end of the parent runs here too
assert os.waitpid(child, 0)[1] == 0
print(ask(ids[1])[1] == ids[1], len(ek.connect(sandbox="motion").samples()) == len(ids))
""")
    assert said == "True True"


def test_the_port_of_a_sandbox_that_stops_is_free_though_a_forked_process_lives():
    said = run("""
import socket
sandbox = ek.Sandbox().start()
port = int(sandbox.url.split(":")[2].split("/")[0])
read, write = os.pipe()
here, there = os.pipe()
child = os.fork()
if not child:
    os.close(write)
    os.write(there, b"!")
    os.read(read, 1)
    os._exit(0)
os.read(here, 1)  # the child is past its beginning
sandbox.stop()
with socket.socket() as probe:
    print(probe.connect_ex(("127.0.0.1", port)) != 0)
os.close(write)
os.waitpid(child, 0)
""")
    assert said == "True"


def test_a_process_forked_while_another_thread_connects_connects_too():
    said = run("""
import time
from edgekit.studio import connection
codes = []
for n in range(12):
    connection._shared.stop(); connection._shared = None
    thread = threading.Thread(target=lambda: ek.connect(sandbox="motion"))
    thread.start()
    time.sleep(n * 0.003)  # in the middle of its start, of reading the project, of the first call
    child = os.fork()
    if not child:
        os._exit(0 if len(ek.connect(sandbox="motion").samples()) == len(ids) else 3)
    thread.join()
    codes.append(os.waitpid(child, 0)[1])
print(codes)
""")
    assert said == str([0] * 12)
