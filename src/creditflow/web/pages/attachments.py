"""One file that somebody put to a case or a comment: to be kept as a file, never shown here."""

from starlette.responses import Response

from creditflow.services.attaching import opened
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.pages.letters import download

doors = Doors()


@doors.get("/attachments/{attachment_id}", who=SIGNED_IN)
def attachment(attachment_id: str, visit: Entered) -> Response:
    """The file, byte for byte, after its hash was compared."""
    with visit.app.reading() as work:
        found, content = opened(attachment_id, work)
    return download(content, f"{found.id}-{found.file_name}", "application/octet-stream")
