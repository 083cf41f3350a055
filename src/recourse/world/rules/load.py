"""Reads every rule file once and holds the result. An error names the file and the field and stops the start.

Refuses: to run on rules it could not read whole. A rule past its review date is still used, and says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from recourse.base.core.errors import MisconfiguredError
from recourse.world.rules.reading import read
from recourse.world.rules.schema import Channel, Platform, RecipientFile, Regime, Sourced
from recourse.world.rules.tool import Tool

FOLDER = Path(__file__).parent
FIXTURES = FOLDER / "fixtures"
ModelT = TypeVar("ModelT", bound=BaseModel)
_shown_as: dict[str, str] = {}


class RuleError(MisconfiguredError):
    """A rule file cannot be used; the detail names the file and the field."""

    code = "rule_unreadable"


@dataclass(frozen=True, slots=True)
class PastReview:
    """A rule that somebody should have looked at again."""

    rule: str
    review_by: date


@dataclass(frozen=True)
class Rules:
    """All rules, by id."""

    platforms: Mapping[str, Platform]
    recipients: Mapping[str, RecipientFile]
    regimes: Mapping[str, Regime]
    tools: Mapping[str, Tool]

    def channel(self, channel_id: str) -> tuple[RecipientFile, Channel]:
        """Return a channel and whose it is.

        Raises:
            KeyError: no such channel.
        """
        for recipient in self.recipients.values():
            for channel in recipient.channel:
                if channel.id == channel_id:
                    return recipient, channel
        raise KeyError(channel_id)

    def sourced(self) -> Iterator[tuple[str, Sourced]]:
        """Yield every rule with a name a person can find it by."""
        for platform in self.platforms.values():
            yield f"platform {platform.id}", platform
            for location in platform.location:
                yield f"platform {platform.id}, {location.kind}", location
                for number, probe in enumerate(location.probe, start=1):
                    yield f"platform {platform.id}, {location.kind}, probe {number}", probe
        for recipient in self.recipients.values():
            for channel in recipient.channel:
                yield f"channel {channel.id}", channel
        for regime in self.regimes.values():
            yield f"regime {regime.id}", regime
        for tool in self.tools.values():
            yield f"tool {tool.id}", tool

    def past_review(self, today: date) -> list[PastReview]:
        """Return the rules past their review date, for `doctor` and the desk."""
        return [PastReview(name, rule.review_by) for name, rule in self.sourced() if rule.past_review(today)]


@cache
def rules() -> Rules:
    """Return the rules that come with the program.

    Raises:
        RuleError: a file cannot be read; nothing is used then.
    """
    return _renamed(load(FOLDER), _shown_as)


def show_as(names: Mapping[str, str]) -> None:
    """Call platforms and recipients, by their ids, by other names; the demo does, for its companies are invented."""
    _shown_as.clear()
    _shown_as.update(names)
    rules.cache_clear()


def _renamed(loaded: Rules, names: Mapping[str, str]) -> Rules:
    def named(rule: ModelT) -> ModelT:
        name = names.get(getattr(rule, "id", ""))
        return rule if name is None else rule.model_copy(update={"name": name})

    return replace(
        loaded,
        platforms={key: named(rule) for key, rule in loaded.platforms.items()},
        recipients={key: named(rule) for key, rule in loaded.recipients.items()},
    )


def load(folder: Path) -> Rules:
    """Read the rule files under `folder`: `platforms/`, `channels/`, `regimes/`, `tools/`, all `*.toml`.

    Raises:
        RuleError: naming file and field.
    """
    loaded = Rules(
        platforms={rule.id: rule for rule in _each(folder / "platforms", Platform)},
        recipients={rule.id: rule for rule in _each(folder / "channels", RecipientFile)},
        regimes={rule.id: rule for rule in _each(folder / "regimes", Regime)},
        tools={rule.id: rule for rule in _each(folder / "tools", Tool)},
    )
    for platform in loaded.platforms.values():
        _check_examples(folder, platform, loaded)
        _check_fixture_files(folder, platform)
    for recipient in loaded.recipients.values():
        _check_references(folder, recipient, loaded)
    return loaded


def read_file(path: Path, model: type[ModelT]) -> ModelT:
    """Read one rule file.

    Raises:
        RuleError: naming file and field.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise RuleError(f"{_name(path)}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        raise RuleError(f"{_name(path)}: {field}: {first['msg']}") from error


def _each(folder: Path, model: type[ModelT]) -> Iterator[ModelT]:
    for path in sorted(folder.glob("*.toml")):
        rule = read_file(path, model)
        if getattr(rule, "id", path.stem) != path.stem:
            raise RuleError(f"{_name(path)}: id: must be the file's name, {path.stem!r}")
        yield rule


def _check_examples(folder: Path, platform: Platform, loaded: Rules) -> None:
    """Run every example and every control of a platform through all rules: nobody else may claim them."""
    everybody = loaded.platforms.values()
    name = _name(folder / "platforms" / f"{platform.id}.toml")
    for number, location in enumerate(platform.location):
        for given, wanted in ((example.given, example.canonical) for example in location.examples):
            reading = read(given, everybody)
            if reading is None or reading.canonical != wanted or reading.location is not location:
                got = "nothing" if reading is None else f"{reading.location.kind} {reading.canonical}"
                raise RuleError(f"{name}: location.{number}.examples: {given} reads as {got}, not {wanted}")
            again = read(wanted, everybody)
            if again is None or (again.location, again.canonical) != (location, wanted):
                raise RuleError(f"{name}: location.{number}.canonical: {wanted} does not read as itself")
    for given in platform.never:
        reading = read(given, everybody)
        if reading is not None and reading.platform is platform:
            raise RuleError(f"{name}: never: {given} reads as a place")
    for link in platform.control:
        reading = read(link, everybody)
        if reading is None or reading.platform is not platform or not reading.location.probe:
            raise RuleError(f"{name}: control: {link} is not a place that a rule probes")


def _check_fixture_files(folder: Path, platform: Platform) -> None:
    for location in platform.location:
        for probe in location.probe:
            for fixture in probe.fixtures:
                if not (folder / "fixtures" / fixture.file).is_file():
                    name = _name(folder / "platforms" / f"{platform.id}.toml")
                    raise RuleError(f"{name}: fixtures: {fixture.file} is not there")


def _check_references(folder: Path, recipient: RecipientFile, loaded: Rules) -> None:
    name = _name(folder / "channels" / f"{recipient.id}.toml")
    for platform in recipient.platforms:
        if platform not in loaded.platforms:
            raise RuleError(f"{name}: platforms: {platform} has no rule file")
    for channel in recipient.channel:
        for regime in channel.regimes:
            if regime not in loaded.regimes:
                raise RuleError(f"{name}: channel {channel.id}: regimes: {regime} has no rule file")


def _name(path: Path) -> str:
    """Return the file's name with its folder, which is enough to find it."""
    return f"{path.parent.name}/{path.name}"
