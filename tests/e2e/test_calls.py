"""A call as a customer makes it: in a real browser, through a microphone, to a voice, with everything between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from web_browser import examine

from kefu.ai.speech.espeak import open_synthesiser

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

ANSWER_ZH = "您好，您已经学习到第12课，预计还需要学习8课。"
ANSWER_EN = "Hello, you have reached lesson 12; 8 lessons remain."
PORT = 9842
RATE = 16_000
LOOKS: dict[str, dict[str, Any]] = {
    "zh": {"viewport": {"width": 1360, "height": 860}, "locale": "zh-CN"},
    "en": {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "color_scheme": "dark", "has_touch": True},
}
AGREE, REFUSE = 0, 1


def kefu(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "kefu", *arguments], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample school, which asks whether it may record."""
    home = tmp_path_factory.mktemp("calls") / "school"
    kefu("init", str(home), "--learners", "60", "--quiet")
    kefu("train", str(home), "--quiet")
    environment = {**os.environ, "LANG": "C.UTF-8", "KEFU__VOICE__RECORDING": "ask"}
    command = [sys.executable, "-m", "kefu", "run", str(home), "--demo", "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    address = f"http://127.0.0.1:{PORT}"
    for _ in range(600):
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/readyz", timeout=2).close()
            break
        time.sleep(0.1)
    yield address
    server.send_signal(signal.SIGINT)
    server.wait(timeout=30)


def microphone(file: Path, language: str, *said: tuple[int, str]) -> Path:
    """What is held before the microphone: sentences, each after so many ms of a quiet room."""
    engine = open_synthesiser({})
    voice = next(one for one in engine.voices if one.language == language)
    room = random.Random(7)

    def quiet(length_ms: int) -> bytes:
        return array("h", [room.randint(-20, 20) for _ in range(RATE // 1000 * length_ms)]).tobytes()

    sound = b"".join(quiet(after_ms) + b"".join(engine.speak(text, voice, RATE)) for after_ms, text in said)
    engine.close()
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound + quiet(60_000))
    return file


@contextmanager
def window(browser: Browser, microphone: str, **look: Any) -> Iterator[Page]:
    """A browser of its own with a microphone (`none` for one without, `refused` for one that may not use it)."""
    arguments = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
    if microphone not in ("none", "refused"):
        arguments += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        arguments += [f"--use-file-for-fake-audio-capture={microphone}%noloop"]
    if microphone == "refused":
        arguments += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"]
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    own = browser.browser_type.launch(executable_path=path, args=arguments)
    page = own.new_context(**look).new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield page
    own.close()
    assert not troubles


def ring(page: Page, address: str, language: str, answer: int = AGREE) -> None:
    """Come to the school's site as a sample learner, open the chat and call."""
    page.goto(address)
    page.locator("aside.demo summary").click()
    page.locator("aside.demo button[value='L00001']").click()
    if page.locator("html").get_attribute("lang") != {"zh": "zh-CN", "en": "en"}[language]:
        page.locator(f"button[value='{language}']").first.click()
    page.locator("#kefu .launcher").click()
    page.locator("#kefu .ring").click()
    page.locator("#kefu .answers button").nth(answer).click()


def sounds(page: Page) -> list[int]:
    """How many bytes of sound come over the line, growing while the call goes on."""
    heard: list[int] = []

    def watch(socket: Any) -> None:
        if "voice" in socket.url:
            socket.on("framereceived", lambda frame: heard.append(len(frame)) if isinstance(frame, bytes) else None)

    page.on("websocket", watch)
    return heard


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_is_spoken_and_answered_aloud(
    browser: Browser, address: str, tmp_path: Path, shots: Path, language: str
) -> None:
    question, answer = {"zh": ("我学到哪了", ANSWER_ZH), "en": ("How far have I got?", ANSWER_EN)}[language]
    said = microphone(tmp_path / "said.wav", language, (10_000, question))
    with window(browser, str(said), **LOOKS[language]) as page:
        heard = sounds(page)
        ring(page, address, language)
        expect(page.locator("#kefu .taped")).to_be_visible()
        expect(page.locator("#kefu .notice")).to_be_visible()
        page.screenshot(path=shots / f"call-{language}.png")
        expect(page.locator("#kefu .spoken")).to_have_text(answer, timeout=60_000)
        expect(page.locator("#kefu .lines .machine .bubble").last).to_have_text(answer)
        page.screenshot(path=shots / f"call-{language}-answered.png")
        expect(page.locator("#kefu .talk")).to_have_attribute("data-state", "listening", timeout=30_000)
        assert sum(heard) > len(answer) * RATE // 20, "a voice needs about a tenth of a second for a character"
        page.locator("#kefu .talk .end").click()
        expect(page.locator("#kefu .talk")).to_have_count(0)
        expect(page.locator("#kefu textarea")).to_be_focused()
    if language == "zh":
        look_at_the_desk(browser, address, shots)


def look_at_the_desk(browser: Browser, address: str, shots: Path) -> None:
    """The call's page has both sides, the words, the times, and plays."""
    with window(browser, "none", **LOOKS["zh"]) as page:
        page.goto(f"{address}/desk/calls?lang=zh")
        page.locator("main table a").first.click()
        expect(page.locator(".spoken .customer .words")).to_have_text("我学到哪了")
        expect(page.locator(".spoken .words").last).to_have_text(ANSWER_ZH)
        expect(page.locator(".wave path")).to_have_count(2)
        page.locator(".spoken .customer button").click()
        page.wait_for_function("document.querySelector('audio').currentTime > 1")
        expect(page.locator(".spoken li.now")).to_be_visible()
        page.screenshot(path=shots / "call-desk.png", full_page=True)
        page.goto(f"{address}/desk/audit?lang=zh&what=call.listen")
        expect(page.locator("main .entries")).to_contain_text("call.listen")


def test_speaking_stops_what_is_being_said(browser: Browser, address: str, tmp_path: Path) -> None:
    said = microphone(tmp_path / "said.wav", "zh", (10_000, "我学到哪了"), (5_000, "我要找人工客服"))
    with window(browser, str(said), **LOOKS["zh"]) as page:
        ring(page, address, "zh", REFUSE)
        expect(page.locator("#kefu .spoken")).to_have_text(ANSWER_ZH, timeout=60_000)
        expect(page.locator("#kefu .lines .machine .bubble", has_text="…")).to_be_visible(timeout=30_000)
        cut = page.locator("#kefu .lines .machine .bubble", has_text="…").inner_text()
        assert ANSWER_ZH.startswith(cut.rstrip("…"))
        assert len(cut) < len(ANSWER_ZH)
        expect(page.locator("#kefu .taped")).to_be_hidden()


def test_typed_words_and_keys_go_over_the_call(browser: Browser, address: str, tmp_path: Path, shots: Path) -> None:
    said = microphone(tmp_path / "said.wav", "en")
    with window(browser, str(said), **LOOKS["en"], bypass_csp=True) as page:
        ring(page, address, "en", REFUSE)
        expect(page.locator("#kefu .clock")).to_contain_text(":")
        page.locator("#kefu textarea").fill("how far am I in my course?")
        page.keyboard.press("Enter")
        expect(page.locator("#kefu .spoken")).to_have_text(ANSWER_EN, timeout=30_000)
        page.get_by_role("button", name="Keypad").click()
        page.get_by_role("button", name="Key 5").click()
        expect(page.locator("#kefu .keypad")).to_contain_text("1 pressed")
        page.get_by_role("button", name="Mute").click()
        expect(page.get_by_role("button", name="Unmute")).to_be_visible()
        examine(page, shots / "call-keypad.png")
        page.keyboard.press("Escape")
        expect(page.locator("#kefu .talk")).to_be_visible()
        page.locator("#kefu .shut").click()
        page.locator("#kefu .launcher").click()
        expect(page.locator("#kefu .talk")).to_have_count(0)


@pytest.mark.parametrize(("microphone_", "says"), [("none", "没有找到麦克风"), ("refused", "没有允许使用麦克风")])
def test_without_a_microphone_the_window_says_why_and_the_chat_goes_on(
    browser: Browser, address: str, shots: Path, microphone_: str, says: str
) -> None:
    with window(browser, microphone_, **LOOKS["zh"]) as page:
        ring(page, address, "zh")
        expect(page.locator("#kefu .talk [role=alert]")).to_contain_text(says)
        page.screenshot(path=shots / f"call-{microphone_}.png")
        page.get_by_role("button", name="继续打字").click()
        page.locator("#kefu textarea").fill("我学到哪了")
        page.keyboard.press("Enter")
        expect(page.locator("#kefu .lines .machine .bubble").last).to_have_text(ANSWER_ZH)


def test_a_lost_line_leads_back_to_the_chat_with_nothing_lost(browser: Browser, address: str, tmp_path: Path) -> None:
    said = microphone(tmp_path / "said.wav", "zh")
    with window(browser, str(said), **LOOKS["zh"]) as page:
        page.add_init_script(
            "const Real = WebSocket; window.lines = [];"
            "window.WebSocket = class extends Real { constructor(...a) { super(...a); window.lines.push(this); } };"
        )
        ring(page, address, "zh", REFUSE)
        expect(page.locator("#kefu .clock")).to_contain_text(":")
        page.evaluate(
            "() => { const line = lines.find((one) => one.url.includes('voice'));"
            " line.send = () => {}; }"  # the network is gone: nothing leaves any more
        )
        page.locator("#kefu textarea").fill("我学到哪了")
        page.keyboard.press("Enter")
        page.evaluate("() => lines.find((one) => one.url.includes('voice')).close()")
        expect(page.locator("#kefu .banner").first).to_contain_text("通话中断了")
        expect(page.locator("#kefu .lines .machine .bubble").last).to_have_text(ANSWER_ZH)
        expect(page.locator("#kefu .talk")).to_have_count(0)


def test_one_sentence_is_answered_and_the_line_ends_by_itself(
    browser: Browser, address: str, tmp_path: Path, shots: Path
) -> None:
    said = microphone(tmp_path / "said.wav", "zh", (10_000, "我学到哪了"))
    with window(browser, str(said), **LOOKS["zh"]) as page:
        page.goto(address)
        page.locator("aside.demo summary").click()
        page.locator("aside.demo button[value='L00001']").click()
        page.locator("#kefu .launcher").click()
        page.locator("#kefu .speak").click()
        expect(page.locator("#kefu .talk")).to_be_visible()
        expect(page.locator("#kefu header")).to_be_in_viewport(ratio=1)
        page.screenshot(path=shots / "call-sentence.png")
        expect(page.locator("#kefu .lines .machine .bubble").last).to_have_text(ANSWER_ZH, timeout=60_000)
        expect(page.locator("#kefu .talk")).to_have_count(0, timeout=30_000)


@pytest.mark.parametrize("path", ["/desk/calls", "/desk/settings"])
def test_the_pages_of_calls_can_be_read_by_everybody(browser: Browser, address: str, shots: Path, path: str) -> None:
    for language, look in LOOKS.items():
        context = browser.new_context(**look, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{address}{path}?lang={language}")
        examine(page, shots / f"calls{path.replace('/', '-')}-{language}.png")
        context.close()
