"""Properties: nothing that is handed in makes a traceback, and what is written is read back."""

import csv
import io
import zipfile
from importlib import resources

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from creditflow.domain.money import CURRENCIES, MAX_MINOR, Money
from creditflow.services.rejecting import write_rejects
from creditflow.sources import amounts
from creditflow.sources.amounts import FORMS, NumberForm, Unreadable
from creditflow.sources.loading import load_profile, profile_names
from creditflow.sources.mapping_reading import ProfileRefused
from tests.sources.hand_ins import ROWS, read, row, xlsx

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

forms = st.builds(
    NumberForm,
    st.sampled_from(sorted(FORMS)),
    st.sampled_from([frozenset({w}) for w in amounts.NEGATIVES]),
    st.booleans(),
)
monies = st.builds(Money, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(sorted(CURRENCIES)))


@QUICK
@given(monies, forms)
@example(Money(MAX_MINOR, "JPY"), NumberForm("1,234.56"))
@example(Money(-1, "KWD"), NumberForm("1 234,56"))
def test_an_amount_written_in_any_form_is_read_back_the_same(money, form):
    text = amounts.written(money, form)

    assert amounts.money(text, money.currency, form, negative=True) == money


@QUICK
@given(st.text(max_size=30), forms)
def test_any_text_is_an_amount_or_a_complaint(text, form):
    try:
        outcome = abs(amounts.money(text, "CNY", form, negative=True).minor) <= MAX_MINOR
    except Unreadable as no:
        outcome = bool(str(no.what) and str(no.remedy))

    assert outcome


@QUICK
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.txt", "a", "a.exe"]))
def test_any_bytes_give_problems_and_nothing_worse(data, name):
    hand_in = read(data, None, name)

    assert hand_in.problems
    assert hand_in.refused


HEADERS = {kind: (",".join(fields) + "\n").encode() for kind, fields in ROWS.items()}


@QUICK
@given(st.sampled_from(sorted(ROWS)), st.binary(max_size=400))
@example("invoices", b'"' * 399)
@example("customers", b"\r\r\n\n,\x1a,")
def test_any_bytes_below_a_header_give_problems_and_nothing_worse(kind, data):
    hand_in = read(HEADERS[kind] + data, kind)

    assert hand_in.problems
    write_rejects(hand_in)


@QUICK
@given(st.sampled_from(sorted(ROWS)), st.data())
def test_any_text_in_any_cell_is_kept_or_refused_with_a_remedy(kind, data):
    column = data.draw(st.sampled_from(sorted(ROWS[kind])))
    text = data.draw(st.text(max_size=60))

    hand_in = row(kind, **{column: '"' + text.replace('"', '""') + '"'})

    assert hand_in.refused or hand_in.problems or getattr(hand_in, kind)
    for problem in hand_in.problems:
        assert str(problem.what)
        assert str(problem.remedy)
        assert problem.value.isprintable()
    write_rejects(hand_in)


SHEET = xlsx([list(ROWS["invoices"]), list(ROWS["invoices"].values())])


@QUICK
@given(st.data())
def test_a_spreadsheet_with_damage_anywhere_gives_problems_and_nothing_worse(data):
    damaged = bytearray(SHEET)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(4, len(SHEET) - 1))] = data.draw(st.integers(0, 255))

    hand_in = read(bytes(damaged), name="f.xlsx")

    assert hand_in.refused or hand_in.rows_read


@QUICK
@given(st.data())
def test_a_spreadsheet_with_damage_inside_a_part_gives_problems_and_nothing_worse(data):
    with zipfile.ZipFile(io.BytesIO(SHEET)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    body = bytearray(parts[name])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in {**parts, name: bytes(body)}.items():
            archive.writestr(part, content)

    hand_in = read(file.getvalue(), name="f.xlsx")

    assert hand_in.refused or hand_in.rows_read


def read_or_refused(text: str) -> bool:
    try:
        return bool(load_profile(text).name)
    except ProfileRefused as no:
        return bool(no.problems)


@QUICK
@given(st.text(max_size=200).map(lambda text: text + "\n"))
def test_any_text_is_a_mapping_or_a_refusal(text):
    assert read_or_refused(text)


@QUICK
@given(st.sampled_from(profile_names()), st.data())
def test_a_mapping_with_lines_missing_is_read_or_refused(name, data):
    text = (resources.files("creditflow.sources") / "profiles" / f"{name}.yaml").read_text("utf-8")
    lines = text.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    del lines[at : at + data.draw(st.integers(1, 5))]
    assert read_or_refused("\n".join(lines) + "\n")


@QUICK
@given(st.lists(st.text(alphabet="ab=+-@\t'\"\n,", max_size=8), min_size=1, max_size=5))
def test_no_cell_of_a_rejects_file_is_a_formula(texts):
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    fields = "customer,name,country,currency,language\n"
    hand_in = read(fields + "".join(f"{q},x,CN,CNY,xx\n" for q in quoted), "customers")

    text = write_rejects(hand_in).decode("utf-8-sig")

    assert text
    for cells in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
