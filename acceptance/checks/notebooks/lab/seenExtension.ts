/** What tells a page which headers came with a request of its own, and with the handshake of a websocket; for Jupyter Server 2. */
export const seenExtension = {
  module: "gatehouse_verify",
  /** Paths below the notebook's own. */
  request: "gatehouse-verify/request",
  websocket: "gatehouse-verify/websocket",
  get source(): string {
    return `
import json

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.websocket import WebSocketHandler


def headers(handler):
    return json.dumps(list(handler.request.headers.get_all()))


class Request(JupyterHandler):
    def get(self):
        self.set_header("Content-Type", "application/json")
        self.finish(headers(self))


class WebSocket(WebSocketHandler):
    def open(self):
        self.write_message(headers(self))


def _jupyter_server_extension_points():
    return [{"module": "${this.module}"}]


def _load_jupyter_server_extension(app):
    handlers = [("${this.request}", Request), ("${this.websocket}", WebSocket)]
    app.web_app.add_handlers(".*$", [(url_path_join(app.base_url, path), handler) for path, handler in handlers])
`;
  },
} as const;
