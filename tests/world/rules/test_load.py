"""Rules are data with source and date; a broken file stops the start and names file and field (invariant 14)."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from recourse.base.core.errors import MisconfiguredError
from recourse.world.rules.load import FOLDER, RuleError, load, rules
from recourse.world.rules.schema import EvidenceMark, Probe

PLATFORM = "platforms/telegram.toml"
CHANNELS = "channels/telegram.toml"
REGIME = "regimes/us-tida.toml"
TOOL = "tools/stopncii.toml"
X = "platforms/x.toml"
WEB = "platforms/web.toml"
FORMS = "channels/x.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("platforms", "channels", "regimes", "tools", "fixtures"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    return tmp_path


def _change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, "the test no longer changes anything"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_rules_load_and_each_says_where_it_comes_from() -> None:
    loaded = rules()
    assert set(loaded.platforms) == {"telegram", "x", "facebook", "instagram", "youtube", "web"}
    assert set(loaded.regimes) >= {"us-tida", "eu-dsa-16", "kr-tba-22-5"}
    for name, rule in loaded.sourced():
        assert rule.checked_on < rule.review_by, name
        assert rule.sources or rule.evidence in (EvidenceMark.KNOWN, EvidenceMark.UNVERIFIED), name


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        (TOOL, 'for_age = "adult"', 'for_age = "all"', "for_age"),
        (TOOL, ', source = "press and helplines about the scheme"', "", "facts.7"),
        (PLATFORM, 'kind = "message"', 'kind = "message"\ncolour = "red"', "location.1.colour"),
        (PLATFORM, 'name = "Telegram"\n', "", "name"),
        (PLATFORM, "[0-9]{1,12})/?'\n", "[0-9]+)/?'\n", "path"),
        (PLATFORM, 'verdict = "live"\nmarker', 'verdict = "alive"\nmarker', "verdict"),
        (PLATFORM, 'verdict = "live"\nmarker', 'verdict = "unreachable"\nmarker', "verdict"),
        (PLATFORM, 'type = "css_text"', 'type = "xpath"', "all"),
        (PLATFORM, "control = [", 'control = ["https://t.me/c/1/1", ', "control"),
        (PLATFORM, 'control = ["https://t.me/telegram/1", "https://t.me/telegram/2"]', "control = []", "control"),
        (PLATFORM, 'canonical = "https://t.me/{name}/{id}"', 'canonical = "https://t.me/{nom}/{id}"', "location.1"),
        (PLATFORM, 'given = "https://t.me/Dusk_Harbour/12"', 'given = "https://t.me/Dusk_Harbour/13"', "examples"),
        (PLATFORM, '"tg://user?id=12"', '"tg://resolve?domain=dusk_harbour"', "never"),
        (PLATFORM, "telegram/message-live.html", "telegram/not-there.html", "fixtures"),
        (PLATFORM, "review_by = 2027-02-23", "review_by = 2020-01-01", "review_by"),
        (PLATFORM, 'sources = ["Eight', 'sources = []\n# ["Eight', "sources"),
        (PLATFORM, 'id = "telegram"', 'id = "telegraph"', "id"),
        (PLATFORM, "private = true", 'private = true\n[location.capture]\nurl = "https://t.me/c/{internal}/{id}"\n[location.x]', "location.3"),
        (PLATFORM, "[location.probe.never_says]\nlive", "[location.probe.never_says]\ngone", "never_says"),
        (PLATFORM, 'mode=tme"\nevidence = "secondary"', 'mode=tme"\nevidence = "unverified"', "never that it is gone"),
        (PLATFORM, "[location.probe.never_says]\nlive", "[location.x]\nlive", "never_says"),
        (PLATFORM, 'kind = "story"', 'kind = "message"', "a kind stands there twice"),
        (PLATFORM, 'handle = "name"', 'handle = "nom"', "handle"),
        (PLATFORM, 'hosts = ["t.me"', 'hosts = ["T.me/x"', "hosts.0"),
        (PLATFORM, 'hosts = ["t.me", "telegram.me", "telegram.dog", "telegram.org"', 'hosts = ["t.me", "telegram.org"', "hosts: telegram.me"),
        (X, 'ends_with = "/status/{id}"', 'ends_with = "/status/{id}", contains = "x"', "shows.0.all.3"),
        (X, '"https://x.com/home",', '"https://x.com/dusk_harbour",', "never"),
        (WEB, '"https://localhost/12",', '"https://harbour.example/12",', "never"),
        (WEB, '"https://www.iana.org/help/example-domains"', '"https://x.com/home"', "control"),
        (FORMS, 'filled_by = "jurisdiction", choose = "United States"', 'filled_by = "jurisdiction"', "choose"),
        (FORMS, 'key = "links"', 'key = "what"', "a key stands there twice"),
        (FORMS, 'label = "Name of the organisation", filled_by = "agency"', 'label = "Name", filled_by = "name"', "needs_name"),
        (FORMS, "human_only = true\n", "", "only a person fills in a form"),
        (FORMS, "remind_after_hours = 48\n", "", "remind_every_hours"),
        (FORMS, 'platforms = ["x"]', 'platforms = ["x"]\nevery_platform = true', "every_platform"),
        (FORMS, 'kinds = ["removal"]', "kinds = []", "kinds"),
        (REGIME, "deadline_hours = 48", "deadline_hours = 48\ndeadline_days = 2", "deadline_days"),
        (REGIME, "in_force = 2026-05-19", 'in_force = "soon"', "in_force"),
        (CHANNELS, 'address = "abuse@telegram.org"', 'address = "nobody"', "channel.0"),
        (CHANNELS, '"us-tida"', '"us-tidy"', "regimes"),
        (CHANNELS, 'platforms = ["telegram"]', 'platforms = ["pigeon"]', "platforms"),
        (REGIME, 'met_by = ["signature"]', 'met_by = ["blood"]', "elements.0.met_by"),
        (REGIME, "deadline_hours = 48", "deadline_hours = 0", "deadline_hours"),
        (REGIME, "schema = 1", "schema = 2", "schema"),
        (REGIME, "schema = 1", "schema = ", "us-tida.toml"),
    ],
)  # fmt: skip
def test_a_broken_file_stops_the_start_and_names_file_and_field(
    folder: Path, file: str, old: str, new: str, named: str
) -> None:
    _change(folder, file, old, new)
    with pytest.raises(RuleError) as caught:
        load(folder)
    assert caught.value.detail.startswith(file.rsplit("/", 1)[0])
    assert file.rsplit("/", 1)[1] in caught.value.detail
    assert named in caught.value.detail
    assert isinstance(caught.value, MisconfiguredError)
    assert caught.value.exit_status == 78


def test_every_look_is_proven_live_gone_and_unknown_or_says_why_it_cannot() -> None:
    for name, rule in rules().sourced():
        if not isinstance(rule, Probe):
            continue
        proven = {fixture.verdict.value for fixture in rule.fixtures}
        proven |= {"gone"} if "channel_gone" in proven else set()
        assert {"live", "gone", "unknown"} <= proven | set(rule.never_says), name
        assert len([one for one in rule.fixtures if one.verdict.value == "unknown"]) >= 2, (
            f"{name}: more than one trap"
        )


def test_a_file_that_is_not_text_stops_the_start(folder: Path) -> None:
    (folder / REGIME).write_bytes(b"schema = 1\nid = \xff\xfe")
    with pytest.raises(RuleError, match=r"us-tida\.toml"):
        load(folder)


def test_a_rule_past_its_review_date_says_so_and_is_still_used() -> None:
    loaded = rules()
    assert loaded.past_review(date(2026, 11, 24)) == []
    late = max(rule.review_by for _name, rule in loaded.sourced()) + timedelta(days=1)
    past = loaded.past_review(late)
    assert len(past) == len(list(loaded.sourced()))
    assert any(one.rule == "channel tg-abuse" for one in past)


def test_addresses_in_rules_are_never_somebodys_and_no_rule_automates_a_form() -> None:
    for recipient in rules().recipients.values():
        for channel in recipient.channel:
            if channel.transport in ("web_form", "in_app", "portal"):
                assert channel.human_only, channel.id


def test_every_form_is_founded_on_the_law_it_invokes_or_says_that_it_was_read() -> None:
    gives = {
        "addresses": {"location"}, "identification": {"identification"}, "explanation": {"reasons", "content_class"},
        "content_class": {"content_class"}, "capacity": {"capacity"}, "agency": {"notifier"}, "contact": {"contact", "notifier"},
        "signature": {"signature"}, "good_faith": {"good_faith"}, "accuracy": {"accuracy"}, "no_consent": {"no_consent"},
        "presence": {"presence"},
    }  # fmt: skip
    for recipient in rules().recipients.values():
        for channel in recipient.channel:
            if not channel.form:
                continue
            assert any(field.stated for field in channel.form) or any(
                "read" in words for words in channel.disagreements
            )
            asked = {
                element.value
                for one in channel.regimes
                for rule in rules().regimes[one].elements
                for element in rule.met_by
            }
            given = {element for field in channel.form for element in gives.get(field.filled_by.value, set())}
            assert asked <= given, f"{channel.id} lacks {asked - given}"
            assert channel.url or channel.disagreements, channel.id


def test_no_form_asks_for_a_picture_and_only_people_fill_forms() -> None:
    for recipient in rules().recipients.values():
        for channel in recipient.channel:
            assert channel.human_only or not channel.form, channel.id
            assert not any("upload" in field.label.lower() for field in channel.form), channel.id
