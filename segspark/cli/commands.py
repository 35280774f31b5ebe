"""Groups of commands and lists of words that answer a wrong name with what may be meant."""

from typing import Any

import click

from segspark.near import did_you_mean


class Commands(click.Group):
    """A group of commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing and not name.startswith("-"):
            known = self.list_commands(ctx)
            ctx.fail(f"No such command {name!r}. {_asked(name, known) or _listed(known)}")
        return super().resolve_command(ctx, args)


class OneOf(click.Choice):  # type: ignore[type-arg]  # generic in newer versions only
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            asked = _asked(str(value), [str(choice) for choice in self.choices])
            raise click.BadParameter(f"{error.message} {asked}".rstrip(), ctx, param) from None


def _asked(name: str, known: list[str]) -> str:
    hint = did_you_mean(name, known, 3)
    return f"D{hint[1:]}" if hint else ""


def _listed(known: list[str]) -> str:
    return f"There are: {', '.join(known)}."
