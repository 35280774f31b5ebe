"""Completion in a shell of names with spaces, accents, quotes and colons, which click's own scripts split or cut."""

import os
import re

from click.shell_completion import BashComplete, CompletionItem, FishComplete, add_completion_class

# The line is read as it stands: bash would split a word at each colon.
_BASH = """\
%(complete_func)s() {
    mapfile -t COMPREPLY < <(env COMP_TYPED="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    if [[ ${COMPREPLY[0]} == 'dir,'* ]]; then
        COMPREPLY=(); compopt -o dirnames
    elif [[ ${COMPREPLY[0]} == 'file,'* ]]; then
        COMPREPLY=(); compopt -o default
    else
        COMPREPLY=("${COMPREPLY[@]#plain,}")
    fi
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
# What bash takes for more than a letter in a word without quotes.
_SPECIAL = re.compile(r"([^\w@%+=:,./-])")
_WORD = re.compile(r"""(?:\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'\\]|\\$)+""", re.DOTALL)


class Bash(BashComplete):
    """bash, with values quoted as the word that is typed is."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        *before, self.raw = words_of(os.environ["COMP_TYPED"])
        return [unquoted(word) for word in before[1:]], unquoted(self.raw)

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{quoted_like(self.raw, item.value, os.environ.get('COMP_BREAKS', ''))}"


class Fish(FishComplete):
    """fish, with names that hold a comma."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')


def register() -> None:
    add_completion_class(Bash, "bash")
    add_completion_class(Fish, "fish")


def words_of(line: str) -> list[str]:
    """The words of a line as they are written, the last one the word at the cursor, which may be empty."""
    words = _WORD.findall(line)
    return [*words, ""] if not words or not line.endswith(words[-1]) else words


def unquoted(word: str) -> str:
    """What a word means, also one whose quote is not closed yet."""
    parts = re.findall(r"""\\(.)|"((?:\\.|[^"\\])*)"?|'([^']*)'?|([^"'\\]+)""", word, re.DOTALL)
    return "".join(
        escaped or re.sub(r"\\([\"\\$`])", r"\1", double) or single or plain for escaped, double, single, plain in parts
    )


def quoted_like(raw: str, value: str, breaks: str) -> str:
    """A value as bash inserts it: after an open quote as it is, else with a backslash before what is special, and without
    what stands before the last sign at which bash breaks words."""
    if raw[:1] in ("'", '"'):
        return value
    escaped = _SPECIAL.sub(r"\\\1", value)
    signs = "".join(sign for sign in breaks if not sign.isspace() and sign not in "\"'")
    if signs and (cut := re.match(rf"(?:\\.|[^\\])*(?<!\\)[{re.escape(signs)}]", raw)):
        # As many of the signs as were typed stand in the value too.
        typed = sum(cut[0].count(sign) for sign in signs)
        for found in list(re.finditer(rf"(?<!\\)[{re.escape(signs)}]", escaped))[:typed][-1:]:
            return escaped[found.end() :]
    return escaped
