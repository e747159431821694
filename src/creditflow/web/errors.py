"""Turn the four families of problems into pages that say what happened and what would help."""

from urllib.parse import quote

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from creditflow.approvals.entitling import MayNotDecide
from creditflow.domain.errors import Conflict, NotFound, Problem, Refusal, Unavailable
from creditflow.domain.sentences import say
from creditflow.services.admitting import NotAdmitted, WrongCode
from creditflow.services.guarding import Hasty
from creditflow.services.keying import NoSuchKey, OutOfScope
from creditflow.web.company import NotBelieved
from creditflow.web.doors import FactorFirst, ForgedForm, NotForYou, SignInFirst, visit_of
from creditflow.web.gate import Crowded
from creditflow.web.key_doors import PREFIX
from creditflow.web.naming import word
from creditflow.web.session import NotSignedIn

STATUS: tuple[tuple[type[Problem], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
    (Hasty, 429),
    (NoSuchKey, 401),
    (OutOfScope, 403),
    (NotBelieved, 401),
    (Crowded, 429),
    (NotSignedIn, 401),
    (WrongCode, 401),
    (NotAdmitted, 403),
    (NotForYou, 403),
    (ForgedForm, 403),
    (MayNotDecide, 403),
    (Refusal, 422),
    (Problem, 500),
)
TITLES = {
    401: word("Not signed in"),
    403: word("Not allowed"),
    404: word("Not here"),
    405: word("Not here"),
    409: word("Somebody was quicker"),
    422: word("That cannot be done"),
    429: word("Please wait"),
    503: word("Not available at the moment"),
}
NO_PAGE = say("There is no such page. Perhaps the link is old; the inbox knows all open cases.")
LATER_SECONDS = "5"


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem."""
    return next(status for kind, status in STATUS if isinstance(problem, kind))


def answer_problems(app: FastAPI) -> None:
    """Have the application answer problems with pages."""
    app.add_exception_handler(Problem, problem_page)
    app.add_exception_handler(SignInFirst, sign_in_page)
    app.add_exception_handler(FactorFirst, factor_page)
    app.add_exception_handler(HTTPException, http_page)
    app.add_exception_handler(Exception, defect_page)


def problem_page(request: Request, problem: Exception) -> Response:
    """The page of a problem of ours."""
    if not isinstance(problem, Problem):
        raise problem
    status = status_of(problem)
    if request.url.path.startswith(PREFIX):
        return JSONResponse({"problem": str(problem.sentence)}, status_code=status)
    visit = visit_of(request)
    headers = {"Retry-After": LATER_SECONDS} if status == STATUS[2][1] else {}
    return visit.page(
        "problem.html",
        status=status,
        headers=headers,
        title=TITLES.get(status, TITLES[422]),
        sentence=problem.sentence,
        details=problem.details,
    )


def http_page(request: Request, problem: Exception) -> Response:
    """The page for addresses and methods that there are not."""
    if not isinstance(problem, HTTPException):
        raise problem
    if request.url.path.startswith(PREFIX):
        return JSONResponse({"problem": "There is no such address."}, problem.status_code)
    title = TITLES.get(problem.status_code, TITLES[404])
    return visit_of(request).page(
        "problem.html", status=problem.status_code, title=title, sentence=NO_PAGE, details=()
    )


def defect_page(request: Request, problem: Exception) -> Response:  # noqa: ARG001 - a handler gets both
    """The page of a defect: no details, they are in the log. Needs nothing that could be broken."""
    return PlainTextResponse(
        "Something went wrong here. What you did was not kept; the log says why.\n"
        "系统出现错误，您的操作未保存；详情见日志。\n",
        status_code=500,
    )


def sign_in_page(request: Request, problem: Exception) -> Response:
    """Sign in first, then come back to the page that was asked for."""
    if not isinstance(problem, SignInFirst):
        raise problem
    wanted = request.url.path if request.method in ("GET", "HEAD") else "/"
    if request.method in ("GET", "HEAD") and request.url.query:
        wanted += f"?{request.url.query}"
    target = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='/')}"
    return RedirectResponse(target, status_code=303)


def factor_page(request: Request, problem: Exception) -> Response:  # noqa: ARG001 - a handler gets both
    """Set up a second factor first: the role asks for one."""
    return RedirectResponse("/account/second-factor", status_code=303)
