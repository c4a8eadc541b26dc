"""A browser's connection to the app, which a test can cut."""

from playwright.sync_api import BrowserContext, WebSocketRoute


class Connection:
    """What lies between a browser and the app, and can be cut."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._sockets: list[WebSocketRoute] = []
        self._is_cut = False
        context.route_web_socket("**/_stcore/stream", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
            return
        socket.connect_to_server()
        self._sockets.append(socket)

    def cut(self) -> None:
        """End all sockets, and let nothing through."""
        self._is_cut = True
        self._context.set_offline(True)
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._is_cut = False
        self._context.set_offline(False)
