"""The desk's pages: one folder each, a function that gathers and a template that shows."""

from __future__ import annotations

from starlette.routing import Route

from kefu.web.pages import conversation, overview, promise, review, sign_in, turns, waiting, why

ROUTES = [
    Route("/", overview.show),
    Route("/revive", overview.revive, methods=["POST"]),
    Route("/sign-in", sign_in.page, methods=["GET", "POST"]),
    Route("/sign-out", sign_in.leave, methods=["POST"]),
    Route("/waiting", waiting.show),
    Route("/conversations/{conversation}", conversation.show),
    Route("/conversations/{conversation}/{deed:str}", conversation.act, methods=["POST"]),
    Route("/review", review.show),
    Route("/review/{turn}", review.judge, methods=["POST"]),
    Route("/promise", promise.show),
    Route("/promise/certify", promise.certify, methods=["POST"]),
    Route("/promise/mode", promise.mode, methods=["POST"]),
    Route("/promise/withdraw", promise.withdraw, methods=["POST"]),
    Route("/turns", turns.show),
    Route("/why/{turn}", why.show),
]
