"""What tests of `doctor` ask of its findings."""

from __future__ import annotations

from collections.abc import Iterator

from recourse.operations.findings import Finding, Health


def only(findings: Iterator[Finding], health: Health) -> list[Finding]:
    return [finding for finding in findings if finding.health is health]


def one_bad(findings: Iterator[Finding], words: str) -> None:
    """Assert that exactly one thing is bad, for this reason, and that a remedy is named."""
    (found,) = only(findings, Health.BAD)
    assert words in found.reason
    assert found.remedy
    assert "Remedy: " in found.line()
