"""The command line: parse, call, print. Heavy libraries are imported inside the commands that need them."""

import click


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    """Print the installed version and leave; the metadata is read only when asked for."""
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"deskplan {version('deskplan')}")
    ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Simulate customer support, price the outcome and choose what to change."""


if __name__ == "__main__":
    main()
