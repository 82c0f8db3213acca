#!/usr/bin/env python3
"""A docstring
of two lines."""
import os  # trailing


class K:
    r'''Raw docstring, "quoted".'''

    @property
    def method(self):
        """One line."""
        return [x for x in y if x and z or w]

    async def wait(self, text="""default # text
        """):
        if a:
            pass
        elif b:
            pass
        else:
            pass
        for i in range(3):
            while i:
                break
        try:
            pass
        except (A, B):
            pass
        finally:
            pass

        def nested():
            return 1 if a else 2
        match a:
            case 1:
                pass
            case {"x": _} if a:
                pass
            case _:
                pass
        return lambda: a and b


DATA = """
# not a comment
"""
call(
    """an argument""",
    '# text', "it's",  # comment
    "a \
    # text")
