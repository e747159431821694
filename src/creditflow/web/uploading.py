"""Take the files chosen in a form; all that are not what their names say are told at once."""

from creditflow.domain.received_file import NotTaken, ReceivedFile, received
from creditflow.domain.sentences import Sentence
from creditflow.web.doors import Posted
from creditflow.web.visit import Visit


def files_of(form: Posted, field: str, visit: Visit) -> list[ReceivedFile]:
    """The files of a field; raises NotTaken with a sentence for each that cannot be taken."""
    files, problems = taken_of(form, field, visit)
    if problems:
        raise NotTaken(problems[0], details=problems)
    return files


def taken_of(form: Posted, field: str, visit: Visit) -> tuple[list[ReceivedFile], list[Sentence]]:
    """The files of a field that can be taken, and what stands against each of the others."""
    most = visit.app.settings.upload_max_mb * 1_000_000
    files: list[ReceivedFile] = []
    problems: list[Sentence] = []
    for chosen in form.files(field):
        chosen.file.seek(0)  # where the transaction is tried again
        content = chosen.file.read(most + 1)
        try:
            files.append(received(chosen.filename or "", content, most_bytes=most))
        except NotTaken as no:
            problems.append(no.sentence)
    return files, problems
