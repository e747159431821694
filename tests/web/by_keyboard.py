"""Somebody works through the inbox by keyboard alone: ten decisions, of every kind that there is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

from creditflow.bootstrap import App
from creditflow.domain.decision import Say
from creditflow.store.readings import InboxRow
from tests.web.installation import waiting

DECISIONS = 10
FIRST_CHOSEN = 6
"""Which of the cases is the first of those that are decided at once."""

WHY = {
    "en": {"less": "Half is enough until spring.", "ask": "Which orders is it for?",
           "no": "Too thin for that.", "all": "As agreed in the credit meeting."},
    "zh-CN": {"less": "开春之前一半足够。", "ask": "用于哪些订单？",
              "no": "依据不足。", "all": "按信用例会的意见。"},
}  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """What somebody meant to decide, and in how many interactions from the list on.

    A text that is typed counts as one, like a key.
    """

    case_id: str
    say: Say
    comment: str
    amount: int | None
    interactions: int


class Hands:
    """Keys and nothing else; every stroke is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.interactions = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.interactions += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.interactions += 1

    def stand_on(self, case: str) -> None:
        """Go to the row of a case; looking for it is not counted."""
        rows = self.page.locator("[data-rows] tbody tr")
        names = rows.evaluate_all("rows => rows.map(row => row.dataset.case)")
        at = rows.evaluate_all("rows => rows.findIndex(row => row.classList.contains('at'))")
        wanted = names.index(case)
        for _ in range(abs(wanted - at)):
            self.page.keyboard.press("j" if wanted > at else "k")
        self.interactions = 0

    def go(self, key: str, path: str) -> None:
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation(url=path):
            self.press(key)


def fit_for_a_list(app: App) -> list[InboxRow]:
    """Cases that wait with an amount that can be halved, and meet no knock-out criterion."""
    with app.reading() as work:
        return [
            row
            for row in waiting(app)
            if row.proposed.major >= 2
            and not work.evaluations.get(work.cases.get(row.case_id).evaluation_id or "").knock_outs
        ]


def work_through(
    page: Page, rows: Sequence[InboxRow], language: str, shoot: Callable[[str], None]
) -> list[Meant]:
    """Decide the first ten of these cases from the list; what was meant, in that order."""
    hands, why, meant = Hands(page), WHY[language], list[Meant]()
    queue = iter(rows)

    def noted(row: InboxRow, say: Say, comment: str = "", amount: int | None = None) -> None:
        meant.append(Meant(row.case_id, say, comment, amount, hands.interactions))

    page.goto("/?list=mine")
    for _ in range(2):
        row = next(queue)
        hands.stand_on(row.case_id)
        hands.press("a")
        hands.go("Enter", "**done=approve")
        noted(row, Say.APPROVE)
    for key, say, comment in (("r", Say.REJECT, why["no"]), ("b", Say.RETURN, why["ask"])):
        row = next(queue)
        hands.stand_on(row.case_id)
        hands.press(key)
        hands.type(comment)
        hands.go("Enter", f"**done={say.value}")
        noted(row, say, comment)
    for way in (["e"], ["Enter", "e"]):
        row = next(queue)
        hands.stand_on(row.case_id)
        hands.go(way[0], f"**/cases/{row.case_id}**")
        hands.press(*way[1:])
        half = row.proposed.major // 2
        hands.type(str(half))
        hands.press("Enter")
        hands.type(why["less"])
        shoot("amount")
        hands.go("Enter", "**done=approve_with_change")
        noted(row, Say.APPROVE_WITH_CHANGE, why["less"], int(half))
        hands.go("i", "**/")
    _together(hands, [next(queue) for _ in range(3)], why["all"], shoot, noted)
    row = next(queue)
    hands.stand_on(row.case_id)
    hands.go("o", f"**/cases/{row.case_id}")
    hands.press("a")
    hands.go("Enter", "**done=approve")
    noted(row, Say.APPROVE)
    return meant


def _together(
    hands: Hands,
    rows: Sequence[InboxRow],
    comment: str,
    shoot: Callable[[str], None],
    noted: Callable[..., None],
) -> None:
    """Choose some, say why, approve them at once, and go back to the list."""
    for row in rows:
        hands.stand_on(row.case_id)
        hands.press("x")
    hands.press("c")
    hands.type(comment)
    shoot("chosen")
    hands.press("Escape", "a")
    hands.go("Enter", "**/decisions")
    shoot("told")
    for row in rows:
        noted(row, Say.APPROVE, comment)
    hands.go("i", "**/?list=*")
