"""What must have one door has one: deciding a case, and changing a limit."""

import ast

import pytest

from tests.architecture.reading import Source, calls, product

DOORS = {
    "decide": {
        "src/creditflow/web/",  # where a person clicks
        "approvals/at_once.py",  # a line of a list, whose own door is the next one
        "src/creditflow/cli/demo_project.py",  # the demo's made-up people, in its own folder
    },
    "decide_from_list": {
        "src/creditflow/web/",  # where a person clicks below a list
    },
    "limits.add": {
        "src/creditflow/services/applying.py",
        "src/creditflow/services/importing_master.py",  # the limit from before creditflow
    },
    "decisions.add": {
        "approvals/",  # people's verdicts, and the policy's own decision where a case is opened
    },
    "sessions.open_session": {
        "src/creditflow/web/",
    },
    "letters.add": {
        "src/creditflow/services/freezing.py",
    },
}
"""What is called, and the only places that may call it."""


def name_of(call: ast.Call) -> str:
    """`decide` for decide(…); `limits.add` for work.limits.add(…)."""
    func = call.func
    if isinstance(func, ast.Name):
        return func.id
    if isinstance(func, ast.Attribute):
        holder = func.value
        inner = holder.attr if isinstance(holder, ast.Attribute) else ""
        return f"{inner}.{func.attr}" if inner else func.attr
    return ""


def callers(door: str, source: Source) -> list[str]:
    short = door.rpartition(".")[2]
    return [
        f"{source.path}:{call.lineno}"
        for call in calls(source)
        if name_of(call) in ({door, f"deciding.{short}"} if door == "decide" else {door})
    ]


@pytest.mark.parametrize("door", DOORS)
def test_nobody_comes_in_by_another_way(door):
    found = [place for source in product() for place in callers(door, source)]

    strangers = [place for place in found if not place.startswith(tuple(DOORS[door]))]
    assert strangers == []
    assert found, f"nobody calls {door} any more: is this still its name?"


@pytest.mark.parametrize(
    ("door", "text"),
    [
        ("decide", "decide('CF-1', verdict, by=somebody)"),
        ("decide", "deciding.decide('CF-1', verdict)"),
        ("decide_from_list", "decide_from_list(line, said, by=somebody)"),
        ("limits.add", "work.limits.add(limit, replacing=1)"),
    ],
)
def test_a_back_door_would_be_noticed(door, text):
    assert callers(door, Source("tasks/casework.py", text))


EDGES = (
    "src/creditflow/web/",
    "src/creditflow/cli/",
    "src/creditflow/heartbeat.py",
    "src/creditflow/bootstrap.py",
    "src/creditflow/messengers/",
    "tasks/",
)
"""Who begins a transaction that commits; everybody else is given one."""


def begun(source: Source) -> list[str]:
    return [
        f"{source.path}:{call.lineno}"
        for call in calls(source)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "work" and not call.args
    ]


def test_only_edges_commit():
    inside = [
        place
        for source in product()
        if not source.path.startswith((*EDGES, "src/creditflow/store/"))
        for place in begun(source)
    ]

    assert inside == []


def test_a_commit_inside_would_be_noticed():
    text = "with database.work() as work:\n    pass\n"

    assert begun(Source("src/creditflow/services/applying.py", text))
