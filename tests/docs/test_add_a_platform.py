"""The platform that the how-to adds step by step is one that the program would read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from recourse.base.core.markup import evaluate as match_html
from recourse.world.rules.evaluate import Answer, evaluate
from recourse.world.rules.load import FOLDER, load
from recourse.world.rules.reading import read

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/add-a-platform.md"
LIVE = '{"post": {"url": "https://pigeon.example/post/7"}}'


def test_the_example_of_the_how_to_loads_and_its_fixtures_show_what_they_say(tmp_path: Path) -> None:
    places, looks, channels = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for name in ("platforms", "channels", "regimes", "fixtures"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    (tmp_path / "platforms/pigeon.toml").write_text(places + looks, "utf-8")
    (tmp_path / "channels/pigeon.toml").write_text(channels, "utf-8")
    (tmp_path / "fixtures/pigeon").mkdir()
    (tmp_path / "fixtures/pigeon/live.json").write_text(LIVE, "utf-8")
    (tmp_path / "fixtures/pigeon/nothing.html").write_text("<p>Nothing here.</p>", "utf-8")

    loaded = load(tmp_path)
    found = read("https://m.pigeon.example/dusk/post/0007", loaded.platforms.values())
    assert found is not None
    assert found.canonical == "https://pigeon.example/post/7"
    (probe,) = found.location.probe
    for fixture in probe.fixtures:
        body = (tmp_path / "fixtures" / fixture.file).read_bytes()
        url = fixture.final_url or probe.url.format(**fixture.groups)
        finding = evaluate(probe, fixture.groups, Answer(fixture.status, url, body), match=match_html)
        assert finding.verdict is fixture.verdict, fixture
    assert loaded.channel("pigeon-form")[1].human_only
