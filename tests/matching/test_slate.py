from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.slate import Choice, Opening, Option, UnevenGoals, slate_of

Problem = tuple[list[Opening], list[Option], dict[str, int]]
PEOPLE = "PQRS"


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    needs = [
        Opening(f"n{number}", draw(st.integers(0, 3)), draw(st.integers(0, 6)))
        for number in range(draw(st.integers(1, 3)))
    ]
    hours = {person: draw(st.integers(0, 12)) for person in PEOPLE}
    options = [
        Option(
            need.need,
            person,
            draw(st.sampled_from([0.1, 0.25, 0.5, 0.9])),
            (draw(st.sampled_from([0, 0, 1])),),
            (draw(st.sampled_from([0, 1])),),
        )
        for need in needs
        for person in PEOPLE
        if draw(st.integers(0, 3))
    ]
    return needs, options, hours


def keeps_the_rules(taken: Sequence[Option], openings: Sequence[Opening], hours: Mapping[str, int], most: int) -> bool:
    opening = {each.need: each for each in openings}
    spent: Counter[str] = Counter()
    for each in taken:
        spent[each.professional] += opening[each.need].hours
    return (
        len({(each.need, each.professional) for each in taken}) == len(taken)
        and all(count <= opening[need].places for need, count in Counter(each.need for each in taken).items())
        and all(count <= most for count in Counter(each.professional for each in taken).values())
        and all(opening[each.need].hours <= hours[each.professional] for each in taken)
        and all(spent[person] <= hours[person] for person in spent)
    )


def every_slate(problem: Problem, most: int) -> Iterator[tuple[Option, ...]]:
    openings, options, hours = problem
    for size in range(len(options) + 1):
        for taken in combinations(options, size):
            if keeps_the_rules(taken, openings, hours, most):
                yield taken


def worth(taken: Sequence[Option]) -> tuple[int, ...]:
    """Needs, places, then the sums of the goals."""
    sums = [sum(each.gains[number] for each in taken) for number in range(3)]
    return (len({each.need for each in taken}), len(taken), *sums)


def options_of(choices: Sequence[Choice]) -> tuple[Option, ...]:
    return tuple(each.option for each in choices)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_with_one_proposal_for_each_no_slate_is_better(problem: Problem) -> None:
    openings, options, hours = problem

    found = options_of(slate_of(openings, options, hours=hours, most=1))

    assert keeps_the_rules(found, openings, hours, 1)
    assert worth(found) == max(map(worth, every_slate(problem, 1)))


@settings(max_examples=300, deadline=None)
@given(problems(), st.integers(1, 4))
def test_hours_places_and_limits_are_kept_and_nobody_left_could_fill_what_stays_open(
    problem: Problem, most: int
) -> None:
    openings, options, hours = problem

    found = options_of(slate_of(openings, options, hours=hours, most=most))

    assert keeps_the_rules(found, openings, hours, most)
    for left in set(options) - set(found):
        assert not keeps_the_rules([*found, left], openings, hours, most)


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(2, 4))
def test_each_round_is_the_best_one_after_those_before_it(problem: Problem, most: int) -> None:
    openings, options, hours = problem
    choices = slate_of(openings, options, hours=hours, most=most)

    for number in range(1, max((each.round for each in choices), default=0) + 1):
        before = options_of([each for each in choices if each.round < number])
        this = options_of([each for each in choices if each.round == number])
        others = (
            taken
            for size in range(min(len(PEOPLE), len(options)) + 1)
            for taken in combinations(set(options) - set(before), size)
            if len({each.professional for each in taken}) == len(taken)
            and keeps_the_rules([*before, *taken], openings, hours, most)
        )
        assert worth([*before, *this]) == max(worth([*before, *taken]) for taken in others)


@settings(max_examples=200, deadline=None)
@given(problems(), st.integers(2, 4))
def test_nobody_is_proposed_again_for_a_place_that_somebody_proposed_nowhere_could_fill(
    problem: Problem, most: int
) -> None:
    openings, options, hours = problem
    choices = slate_of(openings, options, hours=hours, most=most)

    first = {each.option.professional for each in choices if each.round == 1}
    for again in (each.option for each in choices if each.round == 2):
        needed = _hours_of(openings, again)
        fitting = [each for each in options if each.need == again.need and hours[each.professional] >= needed]
        assert {each.professional for each in fitting} <= first


@settings(max_examples=200, deadline=None)
@given(problems(), st.integers(1, 3))
def test_as_many_options_for_each_need_as_there_are_places_are_enough(problem: Problem, most: int) -> None:
    """What a cut of each need's order loses: nothing, in the first round, that any goal counts."""
    openings, options, hours = problem
    fitting = [each for each in options if _hours_of(openings, each) <= hours[each.professional]]
    places = sum(each.places for each in openings)
    kept = [
        each
        for need in openings
        for each in sorted(
            (each for each in fitting if each.need == need.need), key=lambda each: (each.gains, each.professional)
        )[-places if places else len(fitting) :]
    ]

    whole = slate_of(openings, fitting, hours=hours, most=most)
    cut = slate_of(openings, kept, hours=hours, most=most)

    assert worth(_first_round(cut)) == worth(_first_round(whole))
    for left in set(fitting) - set(options_of(cut)):
        assert not keeps_the_rules([*options_of(cut), left], openings, hours, most)


def _hours_of(openings: Sequence[Opening], option: Option) -> int:
    return next(each.hours for each in openings if each.need == option.need)


def _first_round(choices: Sequence[Choice]) -> tuple[Option, ...]:
    return options_of([each for each in choices if each.round == 1])


@given(problems(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_the_order_of_what_is_given_decides_nothing(problem: Problem, random, most: int) -> None:
    openings, options, hours = problem
    shuffled, mixed = list(openings), list(options)
    random.shuffle(shuffled)
    random.shuffle(mixed)

    assert slate_of(shuffled, mixed, hours=hours, most=most) == slate_of(openings, options, hours=hours, most=most)


def test_whoever_alone_can_help_is_kept_for_that_need() -> None:
    openings = [Opening("a", 1), Opening("b", 1)]
    options = [Option("a", "P", 0.9), Option("a", "Q", 0.1), Option("b", "P", 0.8)]

    found = slate_of(openings, options, hours={"P": 0, "Q": 0}, most=1)

    assert [(each.option.need, each.option.professional) for each in found] == [("a", "Q"), ("b", "P")]


def test_a_second_proposal_waits_until_everybody_had_a_first() -> None:
    openings = [Opening("a", 1, 4), Opening("b", 1, 4), Opening("c", 1, 4)]
    options = [*(Option(need, "P", 0.9) for need in "abc"), Option("b", "Q", 0.1)]

    found = slate_of(openings, options, hours={"P": 8, "Q": 8}, most=3)

    assert [(each.round, each.option.need, each.option.professional) for each in found] == [
        (1, "a", "P"),
        (1, "b", "Q"),
        (2, "c", "P"),
    ]


def test_hours_that_are_left_bound_the_rounds() -> None:
    openings = [Opening("a", 1, 4), Opening("b", 1, 4), Opening("c", 1, 4)]
    options = [Option(need, "P", 0.9) for need in "abc"]

    assert len(slate_of(openings, options, hours={"P": 11}, most=9)) == 2
    assert len(slate_of(openings, options, hours={"P": 12}, most=9)) == 3
    assert slate_of(openings, options, hours={}, most=9) == []


def test_a_first_place_of_one_need_comes_before_a_second_of_another() -> None:
    openings = [Opening("a", 2), Opening("b", 1)]
    options = [Option(need, person, score) for need, score in (("a", 0.9), ("b", 0.1)) for person in "PQ"]

    found = slate_of(openings, options, hours={"P": 0, "Q": 0}, most=1)

    assert {each.option.need for each in found} == {"a", "b"}


def test_options_with_other_goals_than_the_rest_are_refused() -> None:
    options = [Option("a", "P", 0.5), replace(Option("a", "Q", 0.5), before=(1,))]

    with pytest.raises(UnevenGoals):
        slate_of([Opening("a", 1)], options, hours={}, most=1)
