"""The pages of the desk and of the help centre: one folder each, a function that gathers and a template that shows."""

from __future__ import annotations

from starlette.routing import Route

from kefu.web.first_steps import DISMISS
from kefu.web.gate import Door, Hands, Needs
from kefu.web.manage import DEED
from kefu.web.pages import (
    account,
    audit,
    calls,
    channels,
    examples,
    facts,
    help_centre,
    inbox,
    invitation,
    jobs,
    knowledge,
    macros,
    models,
    overview,
    people,
    promise,
    questions,
    queue,
    reports,
    review,
    rules,
    settings,
    sign_in,
    skills,
    tickets,
    turns,
    why,
)
from kefu.web.pages.knowledge.edit import edit
from kefu.web.pages.sign_in import oidc

READ, TEACH = Needs("read"), Needs("edit_training")
REPORTS = Needs("read_reports")

ROUTES = [
    Door("/", overview.show, READ),
    Door("/revive", overview.revive, Needs("change_settings", "outbox.revive"), ["POST"]),
    Door("/inbox", inbox.show, READ),
    Door("/inbox/{conversation}", inbox.show, READ),
    Door("/waiting", inbox.move, READ),
    Door("/conversations/{conversation}", inbox.move, READ),
    Door("/macros", macros.show, READ),
    Door("/macros", macros.change, Needs("act", "macro.write"), ["POST"]),
    Door("/checklist/dismiss", overview.put_away, Needs("change_settings", DISMISS), ["POST"]),
    Door("/knowledge", knowledge.show, READ),
    Door("/knowledge/new", edit, Needs("edit_knowledge"), ["GET"]),
    Door("/knowledge/new", edit, Needs("edit_knowledge", "knowledge.write"), ["POST"]),
    Door("/knowledge/{article}", knowledge.article, READ),
    Door("/knowledge/{article}/edit", edit, Needs("edit_knowledge"), ["GET"]),
    Door("/knowledge/{article}/edit", edit, Needs("edit_knowledge", "knowledge.write"), ["POST"]),
    Door("/knowledge/{article}/remove", knowledge.remove, Needs("edit_knowledge", "knowledge.remove"), ["POST"]),
    Door("/knowledge/{article}/restore", knowledge.restore, Needs("edit_knowledge", "knowledge.restore"), ["POST"]),
    Door("/queue", queue.show, READ),
    Door("/queue/attendance", queue.set_attendance, Needs("act", "attendance"), ["POST"]),
    Door("/tickets", tickets.show, READ),
    Door("/calls", calls.show, READ),
    Door("/calls/{conversation}/{number:int}", calls.one, READ),
    Door("/calls/{conversation}/{number:int}/sound.wav", calls.sound, Hands("see_evidence")),
    Door("/rules", rules.show, Needs("read_reports")),
    Door("/questions", questions.show, Needs("edit_knowledge")),
    Door("/questions", questions.settle, Needs("edit_knowledge", "question.settle"), ["POST"]),
    Door("/examples", examples.show, TEACH),
    Door("/examples/{deed:str}", examples.act, Needs("edit_training", "training.{deed}"), ["POST"]),
    Door("/skills", skills.show, TEACH),
    Door("/skills/{skill}", skills.one, TEACH),
    Door("/models", models.show, TEACH),
    Door("/models/rollback", models.roll_back, Needs("edit_training", "training.rollback"), ["POST"]),
    Door("/jobs/{kind}", jobs.begin, Needs("edit_training", "training.{kind}"), ["POST"]),
    Door("/review", review.show, Needs("judge")),
    Door("/review/{turn}", review.judge, Needs("judge", "promise.judge"), ["POST"]),
    Door("/promise", promise.show, Needs("read_reports")),
    Door("/promise/certify", promise.certify, Needs("change_settings", "promise.certify"), ["POST"]),
    Door("/promise/mode", promise.mode, Needs("change_settings", "promise.mode"), ["POST"]),
    Door("/promise/withdraw", promise.withdraw, Needs("change_settings", "promise.withdraw"), ["POST"]),
    Door("/people", people.show, Needs("manage_people")),
    Door("/people/invite", people.invite, Hands("manage_people"), ["POST"]),
    Door("/people/invitations/{invitation}/withdraw", people.withdraw, Hands("manage_people"), ["POST"]),
    Door("/people/{person}/{deed:str}", people.act, Hands("manage_people"), ["POST"]),
    Door("/account", account.show, Needs(None)),
    Door("/account/{deed:str}", account.act, Hands(None), ["POST"]),
    Door("/channels", channels.show, Needs("change_settings")),
    Door("/channels/preview", channels.preview, Needs("change_settings")),
    Door("/settings", settings.show, Needs("change_settings")),
    Door("/settings", settings.change, Needs("change_settings", DEED), ["POST"]),
    Door("/settings/undo/{entry}", settings.undo, Needs("change_settings", DEED), ["POST"]),
    Door("/audit", audit.show, Needs("read_audit")),
    Door("/reports", reports.show, REPORTS),
    Door("/reports/visits", reports.visits, REPORTS),
    Door("/reports/visits.csv", reports.table, REPORTS),
    Door("/reports/visits.xlsx", reports.table, REPORTS),
    Door("/facts", facts.show, REPORTS),
    Door("/facts.csv", facts.table, REPORTS),
    Door("/facts.xlsx", facts.table, REPORTS),
    Door("/facts/judge", facts.judge, Needs("edit_training", "facts.judge"), ["POST"]),
    Door("/turns", turns.show, Needs("see_evidence")),
    Door("/why/{turn}", why.show, Needs("see_evidence")),
    Door("/sign-out", sign_in.leave, Hands(None), ["POST"]),
]

OPEN = [
    Route("/sign-in", sign_in.page, methods=["GET", "POST"]),
    Route("/sign-in/oidc", oidc.leave),
    Route("/sign-in/oidc/back", oidc.come_back),
    Route("/invitation/{token}", invitation.page, methods=["GET", "POST"]),
]
"""Pages for those who come in."""

HELP = [
    Route("/help", help_centre.front),
    Route("/help/", help_centre.front),
    Route("/help/sitemap.xml", help_centre.sitemap),
    Route("/help/{article}", help_centre.article),
    Route("/help/{article}/opinion", help_centre.opine, methods=["POST"]),
]
