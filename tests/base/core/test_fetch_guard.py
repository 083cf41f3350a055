"""Which machines may be dialled: the deny table, odd spellings, rebinding, resolvers that hang."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core import fetch_guard
from recourse.base.core.errors import FetchRefusedError
from recourse.base.core.fetch_errors import (
    AddressRefusedError,
    NoSuchNameError,
    NotResolvedError,
    TooSlowError,
)
from recourse.base.core.fetch_guard import DENIED_V4, DENIED_V6, GuardedDialler, check_host, is_public

PUBLIC = [
    "93.184.215.14",
    "1.1.1.1",
    "149.154.167.99",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2a00:1450:4001::8a",
]
INSIDE = [
    "0.0.0.0",  # noqa: S104 - it is refused here
    "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.7",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14",
    "::ffff:0:127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::5db8:d70e", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c%1", "not an address", "", "127.1", "0x7f000001",
]  # fmt: skip


class Dialled(Exception):  # noqa: N818 - a signal
    """Instead of a connection."""


def dialler_for(*answers: list[str], **more: object) -> tuple[GuardedDialler, list[str], list[str]]:
    """A dialler whose resolver gives the answers in turn, and what it asked and dialled."""
    asked: list[str] = []
    dialled: list[str] = []
    rest = list(answers)

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return rest.pop(0) if len(rest) > 1 else rest[0]

    def dial(literal: str, _port: int, _timeout: float | None) -> httpcore.NetworkStream:
        dialled.append(literal)
        raise Dialled

    return GuardedDialler(resolver=resolver, dial=dial, **more), asked, dialled  # type: ignore[arg-type]


@pytest.mark.parametrize("literal", PUBLIC)
def test_a_public_address_is_public(literal: str) -> None:
    assert is_public(literal)


@pytest.mark.parametrize("literal", INSIDE)
def test_no_inside_address_is_public_however_a_name_leads_to_it(literal: str) -> None:
    assert not is_public(literal)
    dialler, _, dialled = dialler_for([literal])
    with pytest.raises(AddressRefusedError):
        dialler.connect("photos.example", 443, 1.0)
    assert dialled == []


@given(st.data())
def test_every_address_of_a_denied_network_is_refused(data: st.DataObject) -> None:
    network = data.draw(st.sampled_from([*DENIED_V4, *DENIED_V6]))
    address = data.draw(st.ip_addresses(network=network))
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_no_wrapping_of_an_ipv4_address_in_ipv6_is_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for wrapped in (
        number, 0xFFFF << 32 | number, 0xFFFF << 48 | number,  # compatible, mapped, translated
        0x64_FF9B << 96 | number, 0x64_FF9B_0001 << 80 | number,  # NAT64
        0x2002 << 112 | number << 80, 0x2001 << 112 | number,  # 6to4, Teredo
    ):  # fmt: skip
        assert not is_public(str(ipaddress.IPv6Address(wrapped)))


@given(st.ip_addresses())
def test_what_is_public_is_global_unicast_by_the_registry_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private


def spellings(address: ipaddress.IPv4Address) -> list[str]:
    """Ways in which resolvers read an IPv4 address besides four decimal numbers."""
    a, b, c, d = address.packed
    return [
        str(int(address)), hex(int(address)), oct(int(address)).replace("0o", "0"), f"0{a:o}.{b}.{c}.{d}",
        f"{a}.{b}.{c << 8 | d}", f"{a}.{b << 16 | c << 8 | d}", f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"{a}.{b}.{c}.{d:#x}", f"{a}.{b}.{c}.{d}.", f"00{a}.{b}.{c}.{d}", "0X" + f"{int(address):X}",
    ]  # fmt: skip


@given(st.ip_addresses(v=4))
def test_numbers_in_odd_spellings_are_refused_unresolved_even_for_public_addresses(
    address: ipaddress.IPv4Address,
) -> None:
    dialler, asked, dialled = dialler_for(["93.184.215.14"])
    for spelling in spellings(address):
        with pytest.raises(AddressRefusedError):
            dialler.connect(spelling, 80, 1.0)
    assert asked == dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST", "a.localhost", "db", "db.internal", "printer.local", "nas.lan", "x.onion",
        "router.home.arpa", "1.0.0.127.in-addr.arpa", "a..b", ".example.org", "-a.example", "a b.example",
        "a/b.example", "a\r\nb.example", "①②⑦.0.0.1", "bücher.example", "x" * 64 + ".example", "", ".",
        ("a." * 130) + "example",
    ],
)  # fmt: skip
def test_names_of_local_scope_and_names_that_are_none_are_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        check_host(host)


@pytest.mark.parametrize(
    "host", ["t.me", "T.ME", "www.example.org.", "xn--bcher-kva.example", "a_b.example", "x.co.kr"]
)
def test_plain_names_pass(host: str) -> None:
    assert check_host(host) == host.lower()


@pytest.mark.parametrize("inside", ["10.20.30.40", "169.254.169.254", "fd00::1", "127.0.0.1"])
def test_one_inside_address_among_public_ones_refuses_the_name(inside: str) -> None:
    for answer in (["93.184.215.14", inside], [inside, "93.184.215.14"]):
        dialler, _, dialled = dialler_for(answer)
        with pytest.raises(AddressRefusedError):
            dialler.connect("mixed.example", 443, 1.0)
        assert dialled == []


def test_rebinding_never_matters_because_a_name_is_resolved_once_and_the_checked_literal_dialled() -> None:
    dialler, asked, dialled = dialler_for(["93.184.215.14"], ["127.0.0.1"])
    with pytest.raises(Dialled):
        dialler.connect("rebind.example", 443, 1.0)
    assert asked == ["rebind.example"]
    assert dialled == ["93.184.215.14"]
    with pytest.raises(AddressRefusedError):
        dialler.connect("rebind.example", 443, 1.0)
    assert dialled == ["93.184.215.14"]


def test_a_literal_is_dialled_as_it_is_and_never_resolved() -> None:
    dialler, asked, dialled = dialler_for(["127.0.0.1"])
    with pytest.raises(Dialled):
        dialler.connect("93.184.215.14", 443, 1.0)
    assert (asked, dialled) == ([], ["93.184.215.14"])


def test_networks_of_the_installation_are_refused_too() -> None:
    dialler, _, dialled = dialler_for(["2a00:1450:64::1"], also_denied=["2a00:1450:64::/96", "93.184.0.0/16"])
    with pytest.raises(AddressRefusedError):
        dialler.connect("nat64.example", 443, 1.0)
    assert dialled == []


def test_our_own_public_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_guard, "_can_bind", lambda literal: literal == "93.184.215.14")
    dialler, _, dialled = dialler_for(["93.184.215.14"])
    with pytest.raises(AddressRefusedError):
        dialler.connect("ours.example", 443, 1.0)
    assert dialled == []


def test_this_machine_knows_its_own_address() -> None:
    assert fetch_guard.is_own("127.0.0.1")
    assert not fetch_guard.is_own("93.184.215.14")


def test_a_resolver_that_hangs_ends_with_the_deadline() -> None:
    released = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        released.wait(10)
        return []

    began = time.monotonic()
    with pytest.raises(TooSlowError):
        GuardedDialler(resolver=resolver).connect("slow.example", 443, 0.2)
    assert time.monotonic() - began < 2
    released.set()


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_only_a_name_that_the_name_system_denies_does_not_exist(number: int) -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(number, "told by the resolver")

    with pytest.raises(NotResolvedError) as caught:
        GuardedDialler(resolver=resolver).connect("gone.example", 443, 1.0)
    assert isinstance(caught.value, NoSuchNameError) == (number == socket.EAI_NONAME)


def test_a_name_without_address_is_not_resolved() -> None:
    with pytest.raises(NotResolvedError):
        dialler_for([])[0].connect("empty.example", 443, 1.0)


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    dialled: list[str] = []

    def dial(literal: str, _port: int, _timeout: float | None) -> httpcore.NetworkStream:
        dialled.append(literal)
        raise Dialled if len(dialled) == 2 else httpcore.ConnectError

    dialler = GuardedDialler(resolver=lambda *_: ["2606:2800:21f::1", "93.184.215.14"], dial=dial)
    with pytest.raises(Dialled):
        dialler.connect("two.example", 443, 1.0)
    assert dialled == ["2606:2800:21f::1", "93.184.215.14"]


def test_the_refusal_says_nothing_of_what_was_found() -> None:
    dialler, _, _ = dialler_for(["10.20.30.40"])
    with pytest.raises(FetchRefusedError) as caught:
        dialler.connect("inside.example", 443, 1.0)
    assert "10.20" not in str(caught.value) + caught.value.detail + caught.value.sentence
    assert "inside" not in str(caught.value) + caught.value.detail
