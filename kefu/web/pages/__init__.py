"""The pages of the desk and of the help centre: one folder each, a function that gathers and a template that shows."""

from __future__ import annotations

from starlette.routing import Route

from kefu.web.pages import (
    account,
    audit,
    conversation,
    help_centre,
    invitation,
    knowledge,
    overview,
    people,
    promise,
    questions,
    review,
    sign_in,
    turns,
    waiting,
    why,
)
from kefu.web.pages.knowledge.edit import edit

ROUTES = [
    Route("/", overview.show),
    Route("/revive", overview.revive, methods=["POST"]),
    Route("/sign-in", sign_in.page, methods=["GET", "POST"]),
    Route("/sign-out", sign_in.leave, methods=["POST"]),
    Route("/waiting", waiting.show),
    Route("/conversations/{conversation}", conversation.show),
    Route("/conversations/{conversation}/{deed:str}", conversation.act, methods=["POST"]),
    Route("/knowledge", knowledge.show),
    Route("/knowledge/new", edit, methods=["GET", "POST"]),
    Route("/knowledge/{article}", knowledge.article),
    Route("/knowledge/{article}/edit", edit, methods=["GET", "POST"]),
    Route("/knowledge/{article}/remove", knowledge.remove, methods=["POST"]),
    Route("/knowledge/{article}/restore", knowledge.restore, methods=["POST"]),
    Route("/questions", questions.show),
    Route("/questions", questions.settle, methods=["POST"]),
    Route("/review", review.show),
    Route("/review/{turn}", review.judge, methods=["POST"]),
    Route("/promise", promise.show),
    Route("/promise/certify", promise.certify, methods=["POST"]),
    Route("/promise/mode", promise.mode, methods=["POST"]),
    Route("/promise/withdraw", promise.withdraw, methods=["POST"]),
    Route("/people", people.show),
    Route("/people/invite", people.invite, methods=["POST"]),
    Route("/people/invitations/{invitation}/withdraw", people.withdraw, methods=["POST"]),
    Route("/people/{person}/{deed:str}", people.act, methods=["POST"]),
    Route("/account", account.show),
    Route("/account/{deed:str}", account.act, methods=["POST"]),
    Route("/audit", audit.show),
    Route("/invitation/{token}", invitation.page, methods=["GET", "POST"]),
    Route("/turns", turns.show),
    Route("/why/{turn}", why.show),
]

HELP = [
    Route("/help", help_centre.front),
    Route("/help/", help_centre.front),
    Route("/help/sitemap.xml", help_centre.sitemap),
    Route("/help/{article}", help_centre.article),
    Route("/help/{article}/opinion", help_centre.opine, methods=["POST"]),
]
