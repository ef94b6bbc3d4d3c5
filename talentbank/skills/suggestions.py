"""Problems and skills that plain words suggest: simple, explained by the words found, and honest when there are none.

A skill is found by its names and aliases. A problem is found by its own words (katakana, kanji and Latin runs of its
name; a run shared by many problems says little), by the name of its area, and by the skills that solve it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from talentbank.skills.models import Problem, ProblemArea, Skill
from talentbank.skills.occurrences import content_words, folded, occurrences, occurs
from talentbank.skills.selectors import problems, skills, surface_forms

MOST_PROBLEMS = 5
MOST_SKILLS = 10
WHOLE_NAME = 3.0
AREA = 0.5
LEAST = 0.15
"""Score below which a problem is not worth naming: one run that many problems share."""
SURE = 2.0
CORE = 1.0
"""A problem found with at least `SURE` brings along the skills that solve its core."""


@dataclass(frozen=True, slots=True)
class ProblemSuggestion:
    code: str
    name_ja: str
    name_en: str
    area: ProblemArea
    score: float
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillSuggestion:
    code: str
    name_ja: str
    name_en: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The best first."""

    problems: tuple[ProblemSuggestion, ...]
    skills: tuple[SkillSuggestion, ...]


def suggestions_for(words: str) -> Suggestions:
    """Suggest problems and skills for a need in plain words."""
    all_skills, all_problems = list(skills()), list(problems())
    by_skill = _skills_found(words, all_skills)
    named = _problems_named(words, all_problems)
    scored = [_problem(problem, by_skill, named[problem.code]) for problem in all_problems]
    best = sorted((each for each in scored if each.score >= LEAST), key=lambda each: -each.score)[:MOST_PROBLEMS]
    core = {problem.code: problem for problem in all_problems}[best[0].code] if best and best[0].score >= SURE else None
    return Suggestions(tuple(best), tuple(_skills(all_skills, by_skill, core, best)[:MOST_SKILLS]))


def _skills_found(words: str, all_skills: list[Skill]) -> dict[str, list[str]]:
    """Code of a skill → the forms of it that occur, in the order of the text."""
    owners: dict[str, list[str]] = defaultdict(list)
    for skill in all_skills:
        for form in surface_forms(skill):
            owners[folded(form)].append(skill.code)
    found: dict[str, list[str]] = defaultdict(list)
    for form in occurrences(words, owners):
        for code in owners[form]:
            found[code].append(form)
    return found


def _problems_named(words: str, all_problems: list[Problem]) -> dict[str, list[tuple[str, float]]]:
    """Code of a problem → (word of its own that occurs, what it adds to the score)."""
    runs = {problem.code: content_words(problem.name_ja) for problem in all_problems}
    shared: dict[str, int] = defaultdict(int)
    for own in runs.values():
        for run in own:
            shared[run] += 1
    text = folded(words)
    present = {run for run in shared if occurs(run, text)}
    named: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for problem in all_problems:
        if folded(problem.name_ja) in text:
            named[problem.code].append((problem.name_ja, WHOLE_NAME))
        named[problem.code] += [(run, 1 / shared[run]) for run in runs[problem.code] if run in present]
        if folded(problem.area.name_ja) in text:
            named[problem.code].append((problem.area.name_ja, AREA))
    return named


def _problem(problem: Problem, by_skill: dict[str, list[str]], named: list[tuple[str, float]]) -> ProblemSuggestion:
    score = sum(value for _, value in named)
    found = [word for word, _ in named]
    for link in problem.skill_weights.all():
        if forms := by_skill.get(link.skill.code):
            score += link.weight
            found += forms
    return ProblemSuggestion(
        problem.code, problem.name_ja, problem.name_en, problem.area, score, tuple(dict.fromkeys(found))
    )


def _skills(
    all_skills: list[Skill],
    by_skill: dict[str, list[str]],
    core: Problem | None,
    best: list[ProblemSuggestion],
) -> list[SkillSuggestion]:
    """Skills found by their own words, then what solves the best problem."""
    known = {skill.code: skill for skill in all_skills}
    found = {code: tuple(forms) for code, forms in by_skill.items()}
    for link in core.skill_weights.all() if core else ():
        if link.weight >= CORE:
            found.setdefault(link.skill.code, best[0].found)
    return [SkillSuggestion(code, known[code].name_ja, known[code].name_en, forms) for code, forms in found.items()]
