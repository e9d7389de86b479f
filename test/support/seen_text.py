"""Prints, as JSON, every text that the windows of a session show, as a screen reader is told (AT-SPI)."""
import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def texts(node, depth=0):
    if node is None or depth > 40:
        return
    try:
        name = node.get_name()
        if name:
            yield name
        text = node.get_text_iface()
        if text is not None:
            yield Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text))
        for index in range(node.get_child_count()):
            yield from texts(node.get_child_at_index(index), depth + 1)
    except Exception as error:  # A window that goes away meanwhile.
        print(error, file=sys.stderr)


Atspi.init()
desktop = Atspi.get_desktop(0)
print(json.dumps([text for index in range(desktop.get_child_count()) for text in texts(desktop.get_child_at_index(index))]))
