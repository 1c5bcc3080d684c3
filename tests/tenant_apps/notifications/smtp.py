"""A mail server on loopback that answers as a test tells it to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG_UP = ""


@dataclass
class MailServer:
    """Shapes: `answers` maps a verb (MAIL, RCPT, DATA, or "." for the end of the text) to a reply; HANG_UP closes."""

    answers: dict[str, str] = field(default_factory=dict)
    received: list[bytes] = field(default_factory=list)
    port: int = 0

    def reply(self, verb: str) -> str:
        usual = {"DATA": "354 go on", "QUIT": "221 bye", ".": "250 taken"}
        return self.answers.get(verb, usual.get(verb, "250 ok"))


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a server while the block runs."""
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper().split(" ")[0]
                if not self.say(state.reply(verb)):
                    return
                if verb == "QUIT":
                    return
                if verb == "DATA" and state.reply(verb).startswith("354"):
                    text = self.read_text()
                    if not self.say(state.reply(".")):
                        return
                    if state.reply(".").startswith("250"):
                        state.received.append(text)

        def say(self, text: str) -> bool:
            if text == HANG_UP:
                return False
            self.wfile.write(f"{text}\r\n".encode())
            return True

        def read_text(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            return b"".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
