"""What a dossier counts for, and what follows from sums (QĐ 766; G01 to G12)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import dossier_samples as s
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.statistics import FEWEST, OTHERS, _apart, _public_figures, figures_of
from services.dossier.views.figures import (
    BOUNDS,
    EVERYWHERE,
    count_figures,
    month_of,
    percentile,
)

RECEIVED = {"received": 1, "online": 1, "online_whole": 1}


def counted(story: s.Story) -> dict[str, dict[str, int]]:
    """What a story counts for at its agency, by month, without zeros."""
    cells = count_figures(story.history())
    return {
        month: {name: n for name, n in measures.items() if n}
        for (scope, by, _, month), measures in cells.items()
        if (scope, by) == (s.AGENCY.id, "whole")
    }


def test_a_dossier_counts_everywhere_and_at_its_agency_by_field_and_procedure():
    cells = count_figures(s.Story(s.submit()).history())
    assert set(cells) == {
        (EVERYWHERE, "whole", "", "2026-09"),
        (EVERYWHERE, "field", "G01-CA05", "2026-09"),
        (EVERYWHERE, "procedure", "1.004222", "2026-09"),
        (EVERYWHERE, "agency", s.AGENCY.id, "2026-09"),
        (s.AGENCY.id, "whole", "", "2026-09"),
        (s.AGENCY.id, "field", "G01-CA05", "2026-09"),
        (s.AGENCY.id, "procedure", "1.004222", "2026-09"),
    }
    assert all(measures == {**RECEIVED, "reused": 0} for measures in cells.values())


def test_a_month_is_that_of_vietnam():
    assert month_of(s.at("2026-09-01 06:59")) == "2026-09"
    assert month_of(s.at("2026-09-01 00:00")) == "2026-09"


@pytest.mark.proves("G01")
def test_what_came_at_the_counter_is_received_and_not_online():
    assert counted(s.Story(s.submit(channel="in-person"))) == {"2026-09": {"received": 1}}


def test_the_end_counts_in_the_month_in_which_it_came():
    story = s.Story(s.submit(), s.refuse(s.at("2026-10-05 09:00")))
    assert counted(story) == {
        "2026-09": RECEIVED,
        "2026-10": {"ended": 1, "refused": 1},  # later than the desk's eight hours
    }
    assert counted(s.UNTIL["withdrawn"]())["2026-09"] == {
        **RECEIVED,
        "ended": 1,
        "withdrawn": 1,
        "on_time": 1,
    }


def test_the_time_taken_is_working_time_from_acceptance_without_pauses():
    wednesday = s.at("2026-09-09 09:00")
    story = s.Story(
        s.submit(),
        s.accept(),
        s.assign(),
        s.request_supplement(by=s.HANDLING),
        s.supplement(s.at("2026-09-08 09:00")),  # one working day
        s.complete_step(wednesday),
        s.complete_step(wednesday, by=s.TEAM_LEADER),
        s.approve(wednesday),
        s.dispatch(wednesday),
    )
    measures = counted(story)["2026-09"]
    assert (measures["timed"], measures["minutes"], measures["up_to_480"]) == (1, 480, 1)
    assert (measures["completed"], measures["on_time"]) == (1, 1)
    assert (measures["results"], measures["results_electronic"]) == (1, 1)


@pytest.mark.proves("F12")
def test_a_dossier_with_a_paper_of_an_earlier_one_counts_once():
    again = replace(s.attachment("declaration"), reused_from="H56-260101-0001")
    both = (again, replace(again, requirement="lease"))
    assert counted(s.Story(s.submit(documents=both)))["2026-09"]["reused"] == 1
    assert "reused" not in counted(s.Story(s.submit()))["2026-09"]
    late = s.Story(s.submit(), s.accept(), s.assign(), s.request_supplement(by=s.HANDLING))
    late.tell(s.supplement(documents=(replace(again, requirement="lease"),)))
    assert counted(late)["2026-09"]["reused"] == 1


def test_the_time_of_a_letter_is_taken_from_its_arrival():
    friday, monday = s.at("2026-09-04 09:00"), s.at("2026-09-07 09:00")

    def minutes(arrived):
        story = s.Story(s.enter(monday, channel="post", arrived_at=arrived), s.assign(monday))
        steps = (s.complete_step(monday), s.complete_step(monday, by=s.TEAM_LEADER))
        for command in (*steps, s.approve(monday), s.dispatch(monday)):
            story.tell(command)
        return counted(story)["2026-09"].get("minutes", 0)

    assert (minutes(None), minutes(friday)) == (0, 480)


def test_a_second_supplement_request_makes_it_overdue():
    story = s.Story(s.submit(), s.accept(), s.assign())
    for _ in range(2):
        story.tell(s.request_supplement(by=s.HANDLING))
        story.tell(s.supplement())
    story.tell(s.stop())
    assert "on_time" not in counted(story)["2026-09"]


def test_while_the_applicant_is_waited_for_time_stands_still():
    story = s.Story(s.submit(), s.accept(), s.assign(), s.request_supplement(by=s.HANDLING))
    story.tell(s.stop(s.at("2026-12-01 09:00")))
    assert counted(story)["2026-12"] == {"ended": 1, "stopped": 1, "on_time": 1}


def test_a_result_on_paper_is_no_whole_online_service():
    story = s.UNTIL["records"]()
    story.tell(s.dispatch(result=None))
    measures = counted(story)["2026-09"]
    assert (measures["online"], measures.get("online_whole"), measures["results"]) == (1, None, 1)
    assert "results_electronic" not in measures


def test_a_paid_fee_counts_by_the_way_it_was_paid():
    story = s.UNTIL["fee due in handling"]()
    for method, online in (("online", 1), ("cash", None)):
        paid = s.Story()
        paid.state, paid.events = story.state, list(story.events)
        paid.tell(replace(s.fee_paid(), method=method))
        measures = counted(paid)["2026-09"]
        assert (measures["fees"], measures.get("fees_online")) == (1, online)


@pytest.mark.parametrize(("score", "satisfied"), [(5, 1), (4, 1), (3, None)])
def test_a_rating_of_four_or_five_is_a_satisfied_applicant(score, satisfied):
    story = s.UNTIL["returned"]()
    story.tell(replace(s.rate(s.at("2026-10-01 09:00")), score=score))
    measures = counted(story)["2026-10"]
    assert (measures["ratings"], measures.get("satisfied")) == (1, satisfied)


def test_the_public_sees_no_ratings_of_so_few_that_somebody_could_be_recognised():
    enough = {"received": 9, "ratings": FEWEST, "satisfied": 4}
    assert _public_figures("", enough).satisfied_rate == 8000
    few = _public_figures("", {**enough, "ratings": FEWEST - 1})
    assert (few.ratings, few.satisfied, few.satisfied_rate) == (0, 0, None)


@pytest.mark.parametrize("stage", s.UNTIL)
def test_counting_needs_no_key(stage):
    history = s.UNTIL[stage]().history()
    assert count_figures(history) == count_figures(s.without_key(history))


@pytest.mark.proves("G01", "G05", "G06", "G07", "G08", "G09", "G10")
@pytest.mark.parametrize(
    ("online", "received", "rate"),
    [(9458, 10_000, 9458), (9174, 10_000, 9174), (718, 1000, 7180), (2, 3, 6667), (0, 0, None)],
)
def test_the_online_rate_has_two_places(online, received, rate):
    assert figures_of("", {"online": online, "received": received}).online_rate == rate


@given(st.lists(st.sampled_from(BOUNDS), min_size=1), st.sampled_from([0.5, 0.9, 1]))
def test_a_percentile_is_the_least_bound_within_which_so_many_are(taken, share):
    measures = Counter(f"up_to_{bound}" for bound in taken)
    found = percentile({**measures, "timed": len(taken)}, share)
    assert sum(one <= found for one in taken) >= share * len(taken)
    assert sum(one < found for one in taken) < share * len(taken)
    assert percentile({}, share) is None


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 30), max_size=8))
def test_the_public_cannot_tell_a_small_group_from_the_others(sizes):
    groups = {name: Counter(received=n) for name, n in sizes.items()}
    shown, few = _apart(groups)
    apart = shown.keys() - {OTHERS}
    assert all(sizes[name] >= FEWEST for name in apart)
    assert len(apart) + few == len(groups)
    # what is missing from the total is never one group alone, unless there is no other
    assert few != 1 or not apart
