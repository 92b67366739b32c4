"""What is seen of a service stands in the metrics, and what is not known does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from kernel.feed import Outline
from kernel.operations import measure
from kernel.progress import RelayProgress, ServiceProgress, SourceProgress

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def waiting(seconds: int) -> Outline:
    """Return a commit that has waited so long."""
    at = NOW - timedelta(seconds=seconds)
    return Outline(7, "account-a", 1, at)


def told(name: str, **labels: str) -> float | None:
    """Return a figure; None where it is not there."""
    return REGISTRY.get_sample_value(f"motcua_{name}", labels)


def seen(service: str, relay: Outline | None, *sources: SourceProgress) -> ServiceProgress:
    """Return what is seen of a service that listens to these."""
    return ServiceProgress(
        service=service,
        at=NOW,
        head=7,
        relay=RelayProgress(True, "here:1", 6, relay),
        listens=True,
        inbox=None,
        sources=sources,
        projector=None,
        views=(),
    )


def test_a_service_that_listens_to_itself_has_a_figure_for_its_relay_and_one_for_the_rest() -> None:
    measure(seen("itself", waiting(30), SourceProgress("itself", 5, waiting(70), known=True)))
    assert told("oldest_unpublished_seconds", service="itself") == 30
    assert told("oldest_unhandled_seconds", service="itself", source="itself") == 70


def test_what_is_not_known_has_no_figure_and_keeps_none_from_before() -> None:
    labels = {"service": "listener", "source": "owner"}

    def figure(oldest: Outline | None, *, known: bool) -> float | None:
        measure(seen("listener", None, SourceProgress("owner", 5, oldest, known=known)))
        return told("oldest_unhandled_seconds", **labels)

    assert figure(None, known=False) is None
    assert figure(None, known=True) == 0
    assert figure(waiting(40), known=False) == 40, "there is one, whatever comes behind it"
    assert figure(None, known=False) is None
    assert told("oldest_unpublished_seconds", service="listener") == 0
