"""Mistakes that people make in a policy, planted in the files that creditflow comes with."""

from typing import NamedTuple

from creditflow.sources.policy_files import shipped_policy_documents

SHIPPED = shipped_policy_documents()


class Mistake(NamedTuple):
    """In that file, the first text becomes the second; the problem stands where `at` begins.

    `at` is a part of the second text, or all of it; `says` is in what is told.
    """

    kind: str
    file: str
    sound: str
    wrong: str
    says: str
    at: str = ""


P, N, E = "policy.yaml", "scorecard_new.yaml", "scorecard_existing.yaml"
MISTAKES = (
    Mistake("unknown key, with a typing mistake", P, "tell_unchanged: false", "tell_unchnaged: false", "tell_unchanged"),
    Mistake("unknown key", P, "new_until_settled: 6", "new_until_settled: 6\nfavourite_colour: red", "no field of this name", "favourite_colour"),
    Mistake("wrong type", P, "expiry_days: 30 ", "expiry_days: soon ", "'soon' is not a whole number"),
    Mistake("negative money", P, "cap: 500000,", "cap: -500000,", "-500000 is not an amount in CNY"),
    Mistake("tolerance below zero", P, "{points: 50, ", "{points: -50, ", "-50 is not a number from 0 to 1000"),
    Mistake("share above one", P, "least_confidence: 0.45", "least_confidence: 45", "45 is not a number from 0 to 1"),
    Mistake("worse grade treated better", P, "need_share: 1.20, worth_share: 0.10", "need_share: 1.20, worth_share: 0.13", "Grade D is treated better than grade C"),
    Mistake("working capital bounds one grade alone", P, "  G: {need_share: 0, worth_share: 0,", "  G: {need_share: 0, worth_share: 0, working_share: 0,", "Other grades have a working_share, and A, B, C, D, E, F have none", "  A: {need_share"),
    Mistake("no such grade", P, "worst_grade: D\n  # A rich", "worst_grade: H\n  # A rich", "'H' is not known here"),
    Mistake("missing field", P, "    due_working_days: 1\n", "", "due_working_days is missing", "  - id: credit-analyst"),
    Mistake("missing translation", P, "title: {en: Credit manager, zh-CN: 信用经理}", "title: {en: Credit manager}", "zh-CN is missing"),
    Mistake("duplicate id of a desk", P, "- id: credit-manager", "- id: credit-analyst", "Two desks have the same id"),
    Mistake("last desk does not answer for everything", P, "ceiling: null\n    worst_grade: G", "ceiling: 90000000\n    worst_grade: G", "does not answer for every amount", "  - id: credit-committee"),
    Mistake("unknown desk", P, "- {desk: credit-committee}\n  - id: large", "- {desk: the-board}\n  - id: large", "'the-board' is not known here"),
    Mistake("unreachable stages", P, "when: {limit_above: 10000000}", "when: {increase_above: 6000000}", "never reached"),
    Mistake("unknown currency", P, "  HKD: 10000", "  HKK: 10000", "'HKK' is not a currency code"),
    Mistake("key that stands twice", P, "usual_delay_cap_days: 30   # of", "usual_delay_cap_days: 40\nusual_delay_cap_days: 30   # of", "stands here twice", "usual_delay_cap_days: 30"),
    Mistake("outlook out of bounds", P, "  pharma: 0.5", "  pharma: 5", "5 is not a number from -1 to 1"),
    Mistake("scale without a worst end", P, "    best: 100\n    worst: 0", "    best: 100\n    worst: 100", "best and the worst number of a scale are the same", "  score-100:"),
    Mistake("thin evidence made easier", P, "{below: 0.45, validity_share: 0.50, desks_up: 1}", "{below: 0.45, validity_share: 0.80, desks_up: 1}", "easier than the one before it"),
    Mistake("unknown kind of evidence", P, "  collections: 92", "  gossip: 92", "no kind of evidence"),
    Mistake("no such method", P, "  allocation:\n    code: ALLOCATION", "  hope:\n    code: ALLOCATION", "'hope' is not known here"),
    Mistake("day that does not exist", P, "least_change: 0.15 ", "terms:\n  law:\n    country: CN\n    since: 2025-02-30\n    public_sectors: []\n    public_days: 30\n    large_from: 400000000\n    large_days: 60\nleast_change: 0.15 ", "'2025-02-30' is no day of the calendar", "    since:"),
    Mistake("cap for a sector that no outlook names", P, "name_cap: 50000000 ", "caps:\n  total: 800000000\n  sectors:\n    building: 50000000\nname_cap: 50000000 ", "No sector is called building", "    building"),
    Mistake("company that stands twice", P, "least_change: 0.15 ", "legal_entities:\n  - {id: CN01, title: {en: One, zh-CN: 一}}\n  - {id: CN01, title: {en: Two, zh-CN: 二}}\nleast_change: 0.15 ", "CN01 stands here more than once", "  - {id: CN01, title: {en: Two"),
    Mistake("trend that may only rise", P, "least_change: 0.15 ", "season: {least: 1.5, most: 2}\nleast_change: 0.15 ", "1.5 is not a number from 0 to 1", "season"),
    Mistake("competition that covers less", P, "least_change: 0.15 ", "competition:\n  - {above: 0.3, times: 1.2}\n  - {above: 0.7, times: 1.1}\nleast_change: 0.15 ", "covers less of the need", "  - {above: 0.7"),
    Mistake("weights of dimensions", N, "operations: 0.16", "operations: 0.26", "sum to 1.10", "weights:"),
    Mistake("grade scale that does not fall", N, "{grade: C, at_least: 630,", "{grade: C, at_least: 730,", "Grade C does not lie below"),
    Mistake("overlap of bins", N, "- {below: 11, points: 68}", "- {below: 5, points: 68}", "do not ascend: 5 comes after 6"),
    Mistake("unknown signal", N, "  - name: current_ratio", "  - name: current_ration", "'current_ration' is not known here"),
    Mistake("place that nothing fills", N, "The oldest open invoice is {days} days", "The oldest open invoice is {age} days", "Nothing can fill age"),
    Mistake("dimension that is none", N, "  - name: interest_coverage\n    dimension: financial_condition", "  - name: interest_coverage\n    dimension: finance", "'finance' is not known here", "    dimension: finance\n"),
    Mistake("gap above the last bin", E, "      - {below: 40, points: 6}\n      - {points: 0}", "      - {below: 40, points: 6}\n      - {below: 99, points: 0}", "Values of 99 and more fall into no bin", "      - {below: 99"),
    Mistake("no best bin", E, '- {values: ["yes"], points: 100}', '- {values: ["yes"], points: 90}', "No bin gives 100 points", '    bins:\n      - {values: ["yes"], points: 90}'),
    Mistake("default probability that does not rise", E, "{grade: E, at_least: 390, pd: 0.07}", "{grade: E, at_least: 390, pd: 0.02}", "Grade E defaults no more often"),
    Mistake("not YAML", E, "- {below: -0.5, points: 0}\n      - {below: -0.15, points: 30}\n      - {below: 0.15", "- {below: -0.5, points: 0\n      - {below: -0.15, points: 30}\n      - {below: 0.15", "This is not YAML"),
    Mistake("code that stands twice", E, "  - code: NEGATIVE_EQUITY_AND_LOSSES", "  - code: LONG_OVERDUE", "Two knock-out rules have the code LONG_OVERDUE"),
    Mistake("condition without a bound", E, "- {signal: equity_ratio, below: 0}", "- {signal: equity_ratio}", "either bounds or values"),
    Mistake("weights within a dimension", E, "  - name: dso_countback\n    dimension: operations\n    weight: 0.34", "  - name: dso_countback\n    dimension: operations\n    weight: 0.43", "operations sum to 1.09", "characteristics:"),
)  # fmt: skip


class Planted(NamedTuple):
    """The texts of all files with mistakes in them, and on which line of which file each stands."""

    texts: dict[str, str]
    places: dict[Mistake, tuple[str, int]]


def planted(*mistakes: Mistake) -> Planted:
    """The shipped files with these mistakes."""
    texts = dict(SHIPPED)
    for number, mistake in enumerate(mistakes):
        before, after = texts[mistake.file].split(mistake.sound, 1)
        inside = mistake.wrong.find(mistake.at)
        wrong = mistake.wrong
        if inside >= 0:
            wrong = wrong[:inside] + _mark(number) + wrong[inside:]
        texts[mistake.file] = before + wrong + after
        if inside < 0:
            at = texts[mistake.file].index(mistake.at)
            texts[mistake.file] = (
                texts[mistake.file][:at] + _mark(number) + texts[mistake.file][at:]
            )
    places = {}
    for number, mistake in enumerate(mistakes):
        text = texts[mistake.file]
        line = text.count("\n", 0, text.index(_mark(number))) + 1
        places[mistake] = (mistake.file.removesuffix(".yaml"), line)
    for number in range(len(mistakes)):
        texts = {name: text.replace(_mark(number), "") for name, text in texts.items()}
    return Planted(texts, places)


def _mark(number: int) -> str:
    return f"\0{number}\0"
