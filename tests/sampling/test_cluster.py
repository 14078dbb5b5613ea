"""The cluster that is started on this machine serves only the process that started it; waiting for workers ends."""

import json
import pickle
import re
import socket
import ssl
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.sampling.engine import dask_executor
from mcfrontier.sampling.engine.engine import Engine
from mcfrontier.sampling.engine.executors import PickledWork
from tests.sampling.test_engine import run


@pytest.fixture(scope="module")
def started():
    """A cluster of one worker and its client."""
    distributed = pytest.importorskip("distributed")
    with dask_executor.local_cluster(1) as cluster, distributed.Client(cluster) as client:
        client.wait_for_workers(1, timeout=60)
        yield cluster, client


@pytest.mark.slow
def test_the_ports_of_a_cluster_answer_only_with_its_own_key(started):
    cluster, client = started
    assert client.submit(sum, [1, 2]).result(timeout=60) == 3
    workers = client.scheduler_info()["workers"]
    assert len(workers) == 1  # as many as requested
    ports = [cluster.scheduler_address, *workers, *(each["nanny"] for each in workers.values())]
    for address in ports:
        scheme, host, port = re.fullmatch(r"(\w+)://([\d.]+):(\d+)", address).groups()
        assert (scheme, host) == ("tls", "127.0.0.1")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection((host, int(port))) as raw,
            context.wrap_socket(raw) as stranger,
            pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
        ):
            stranger.recv(1)


@pytest.mark.slow
def test_a_cluster_serves_no_pages(started):
    found = started[1].scheduler_info()
    for each in (found, *found["workers"].values()):
        for page in ("", "status", "info/main/workers.html", "json/counts.json", "metrics", "health"):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"http://127.0.0.1:{each['services']['dashboard']}/{page}", timeout=10)


@pytest.mark.slow
def test_a_scheduler_without_workers_is_noted_and_then_given_up(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    words = ["scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    scheduler = subprocess.Popen([sys.executable, "-m", "dask", *words], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (file.exists() and file.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        monkeypatch.setattr(dask_executor, "NOTE_SECONDS", 1)
        monkeypatch.setattr(limits, "WORKER_SECONDS", 2)
        notes = []
        with pytest.raises(
            InputError, match=f"{address} has had no workers for 2 seconds; start some with `dask worker"
        ):
            run(draws=2**23, engine=Engine("dask", scheduler=address, note=notes.append))
        assert notes == [f"{address} has no workers; waiting for one, up to 2 seconds"]
    finally:
        scheduler.kill()
        scheduler.wait()


def test_a_cluster_needs_the_library_that_makes_its_key(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(InputError, match="requires cryptography"):
        run(draws=2**23, engine="dask")


def test_a_scheduler_with_tls_needs_a_key_in_the_configuration_of_dask():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="configuration of dask has no certificate"):
        run(draws=2**23, engine=Engine("dask", scheduler="tls://127.0.0.1:1"))


@pytest.mark.parametrize("name", ["mcfrontier", "numpy", "scipy", "python"])
def test_a_worker_with_other_versions_is_refused(name):
    """It might compute other bits."""
    work = PickledWork(divmod)
    assert work(7, 3) == (2, 1)
    here, work.versions[name] = work.versions[name], "0.0"
    with pytest.raises(InputError, match=f"a worker has {name} {here}, and the process that started the run 0.0"):
        pickle.loads(pickle.dumps(work))(7, 3)
