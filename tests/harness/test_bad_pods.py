"""A pod that is wrong, broken or strange: one paragraph that says what to check, and a journal that is right."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from real_pod import PASSWORD, URL, USER, RealPod, district, documents, endless, only, page
from told import JOURNALS, WORKERS, Desk

from harness import destinations
from interfaces.emulator import Emulator, RunningClock
from interfaces.emulator.hdl import load as load_hdl
from interfaces.emulator.imports import JOBS
from interfaces.emulator.serving import bound, server
from interfaces.fusion import Session


def fails(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


def test_a_wrong_password_is_told_once_and_nothing_is_sent(
    desk: Desk, pod: RealPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_POD_PASSWORD", "wrong")
    told = desk.deliver(desk.payload())
    assert told.code == 2
    assert told.err.count("error: the pod answered HTTP 401") == 1
    assert "do: check user and password" in told.err
    assert f"not sent, checked only: {Path(JOURNALS).name}" in told.err
    assert (desk.step(), desk.outcomes()) == ("refused, closed", {("conformance", ""): 18})
    monkeypatch.setenv("HARNESS_POD_PASSWORD", PASSWORD)
    assert desk.deliver(desk.payload()).code == 0, "it may be sent as soon as the password is right"


@pytest.mark.parametrize("payload", [JOURNALS, WORKERS])
def test_a_page_of_a_proxy_is_named_and_what_it_hides_is_never_sent_twice(
    desk: Desk, pod: RealPod, payload: str
) -> None:
    pod.spoil = page
    told = desk.deliver(desk.payload(payload))
    assert told.code == 2
    assert "a web page instead of JSON: Sign in" in told.err
    assert "do: " in told.err
    sent = payload == JOURNALS  # the data set comes after the upload, whose answer was the page
    assert desk.step() == ("unknown, open" if sent else "not_sent, closed")
    pod.spoil = lambda request, answer: answer
    again = desk.deliver("--resume") if sent else desk.deliver(desk.payload(payload))
    assert (again.code, pod.loads(), desk.journal()[-1].step) == (0, 1, "read")


def test_a_name_that_nobody_knows_is_told_as_such(desk: Desk, pod: RealPod, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destinations, "Session", Session)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    told = desk.deliver(desk.payload(), pod="https://pod.fusion.invalid")
    assert told.code == 2
    assert "error: the name pod.fusion.invalid is not known (DNS)" in told.err
    assert "do: check the pod's name, the network and the VPN" in told.err
    assert desk.step() == "not_sent, closed"


def test_a_reply_without_end_is_left_and_what_it_answers_is_looked_for(desk: Desk, pod: RealPod) -> None:
    desk.settings("[pod]\nreply_mb = 1")
    pod.spoil = only("importBulkData", endless)
    assert desk.deliver(desk.payload()).code == 0
    assert (pod.loads(), desk.step()) == (1, "read, closed")


def test_reports_without_end_leave_the_outcome_open(desk: Desk, pod: RealPod) -> None:
    desk.settings("[pod]\nreply_mb = 1")
    pod.spoil = only("downloadESSJobExecutionDetails", endless)
    told = desk.deliver(desk.payload())
    assert told.code == 2
    assert "error: the reply has more than 1,048,576 bytes" in told.err
    assert "goes on by `harness deliver --resume`" in told.err
    assert (desk.step(), desk.outcomes()) == ("submitted, open", {("acceptance", "pending"): 18})
    pod.spoil = lambda request, answer: answer
    assert desk.deliver("--resume").code == 0
    assert (pod.loads(), desk.step(), desk.outcomes()) == (1, "read, closed", {("acceptance", "accepted"): 18})


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"1006.txt": b"Dear user, all is well."}, "no report that is known"),
        ({"1006.txt": b"<html><body>Session expired</body></html>"}, "an HTML page"),
        ({"1006.xml": b"<DATA_DS><SOMETHING/></DATA_DS>"}, "XML of no report that is known"),
        (
            {"1006.xml": b"<DATA_DS><C_INVOICES_FETCHED>18</C_INVOICES_FETCHED>"
             b"<C_INVOICES_CREATED>18</C_INVOICES_CREATED><C_INVOICES_REJECTED>0</C_INVOICES_REJECTED></DATA_DS>"},
            "a report of kind payables is of another interface",
        ),
    ],
)  # fmt: skip
def test_a_report_that_is_unknown_or_anothers_is_told_and_proves_nothing(
    desk: Desk, pod: RealPod, members: dict[str, bytes], words: str
) -> None:
    pod.spoil = documents(members)
    told = desk.deliver(desk.payload())
    assert told.code == 1
    assert f"note: FIN-01a {Path(JOURNALS).name}: " in told.err
    assert words in told.err
    assert (desk.step(), desk.outcomes()) == ("read, closed", {("acceptance", "unknown"): 18})


def test_a_pod_that_is_lost_while_it_works_is_told_and_taken_up_again(desk: Desk, pod: RealPod) -> None:
    pod.spoil = lambda request, answer: fails(request, answer) if request.method == "GET" else answer
    told = desk.deliver(desk.payload())
    assert told.code == 2
    assert "error: no connection to pod.example.com" in told.err
    assert "sent, or perhaps sent" in told.err
    assert (desk.step(), desk.outcomes()) == ("submitted, open", {("acceptance", "pending"): 18})
    assert desk.deliver("--resume").code == 2, "it is still lost"
    assert desk.step() == "submitted, open"
    pod.spoil = lambda request, answer: answer
    assert desk.deliver("--resume").code == 0
    assert (pod.loads(), desk.step(), desk.outcomes()) == (1, "read, closed", {("acceptance", "accepted"): 18})


def test_a_second_import_that_is_refused_keeps_the_load_open_and_is_tried_again(desk: Desk, pod: RealPod) -> None:
    pod.refused = {"submitESSJobRequest"}
    told = desk.deliver(desk.payload("FIN-01c/GlInterface_20261119_transport.zip"))
    assert told.code == 2
    assert "refused the job: ReqstId '-1'" in told.err
    assert (desk.step(), set(desk.outcomes())) == ("submitted, open", {("acceptance", "pending")})
    pod.refused = set()
    assert desk.deliver("--resume").code == 0
    assert (pod.loads(), desk.step(), set(desk.outcomes())) == (1, "read, closed", {("acceptance", "accepted")})


def test_a_setting_that_is_missing_is_named_with_its_file_and_leaves_nothing_open(
    desk: Desk, pod: RealPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_POD__PARAMETERS")
    told = desk.deliver(desk.payload(), desk.payload(WORKERS))
    assert told.code == 2
    assert "at: [pod.parameters] of harness.toml" in told.err
    assert "do: set 'data_access_set_id' there" in told.err
    assert {row.interface: (row.step, row.open) for row in desk.journal()} == {
        "FIN-01a": ("not_sent", False),
        "HR-01a": ("read", False),
    }


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("http://pod.example.com", "error: the pod is asked for without TLS"),
        ("pod.example.com", "error: no address of a pod"),
        ("ftp://pod.example.com", "error: no address of a pod"),
        (f"https://{USER}:{PASSWORD}@pod.example.com", "error: the address holds a user or password"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_read(
    desk: Desk, pod: RealPod, address: str, what: str
) -> None:
    told = desk.deliver(desk.payload(), pod=address)
    assert told.code == 2
    assert what in told.err
    assert "do: " in told.err
    assert (desk.journal(), desk.outcomes(), pod.calls) == ([], {}, [])


def test_without_credentials_the_variables_are_named(desk: Desk, pod: RealPod, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_POD_PASSWORD")
    assert "half of the access to the pod is missing: HARNESS_POD_PASSWORD" in desk.deliver(desk.payload()).err
    monkeypatch.delenv("HARNESS_POD_USER")
    told = desk.deliver(desk.payload())
    assert told.code == 2
    assert "HARNESS_POD_USER and HARNESS_POD_PASSWORD" in told.err
    assert desk.journal() == []


def test_no_secret_is_shown_or_kept_by_a_run_that_reports_everything(desk: Desk, pod: RealPod) -> None:
    def parrot(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return httpx.Response(500, text=f"ORA-1: {request.headers['authorization']} {PASSWORD}")

    reports = ("--json", desk.folder / "run.json", "--alluredir", desk.folder / "allure")
    desk("run", desk.payload(), *reports, pod=URL)
    pod.spoil = only("importBulkData", parrot)
    desk("run", desk.payload("FIN-01a/GlInterface_20261119.zip"), *reports, pod=URL)
    desk.deliver("--list", "--json", desk.folder / "list.json")
    assert [row.step for row in desk.journal()] == ["read", "read"]
    pod.spoil = parrot
    assert "•••" in desk.deliver(desk.payload("FIN-01a/GlInterface_20261120.zip")).err
    assert (desk.folder / "list.json").is_file()


# Certificates


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of this machine that nobody has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "emulated pod")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own, secret = tmp_path / "own.pem", tmp_path / "key.pem"
    own.write_bytes(signed.public_bytes(pem))
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return own, secret


@pytest.fixture
def secured(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an emulator that speaks TLS with that certificate."""
    monkeypatch.setenv("HARNESS_POD_USER", USER)
    monkeypatch.setenv("HARNESS_POD_PASSWORD", PASSWORD)
    emulator = Emulator(district(), JOBS, hdl=load_hdl, clock=RunningClock(1000))
    running = server(emulator, USER, PASSWORD)
    running.config.ssl_certfile, running.config.ssl_keyfile = map(str, certificate)
    with bound(0) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


def test_a_certificate_that_nobody_trusts_ends_before_anything_is_sent(desk: Desk, secured: str) -> None:
    told = desk.deliver(desk.payload(), pod=secured)
    assert told.code == 2
    assert "error: the certificate of localhost is not trusted" in told.err
    assert "name its CA file" in told.err
    assert desk.journal() == []


def test_a_certificate_of_the_companys_ca_file_is_trusted(
    desk: Desk, secured: str, certificate: tuple[Path, Path]
) -> None:
    desk.settings(f'[pod]\nca_file = "{certificate[0]}"')
    assert desk.deliver(desk.payload(), pod=secured).code == 0
    assert desk.outcomes() == {("simulated", "accepted"): 18}


def test_a_ca_file_that_is_none_is_named(desk: Desk, secured: str) -> None:
    desk.settings(f'[pod]\nca_file = "{desk.folder / "none.pem"}"')
    told = desk.deliver(desk.payload(), pod=secured)
    assert (told.code, "none.pem" in told.err, desk.journal()) == (2, True, [])
