"""``hubport declare``: lists of matched orders, summed up into declarations, and messages of the customs."""

from __future__ import annotations

import argparse

from api import cli_declare_ceb, cli_declare_change, cli_declare_lists, cli_declare_sample, cli_declare_summary


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    parser = commands.add_parser("declare", help="清单、汇总与报文 / lists, declarations and messages of the customs")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    cli_declare_lists.register(actions)
    cli_declare_change.register(actions)
    cli_declare_summary.register(actions)
    cli_declare_ceb.register(actions)
    cli_declare_sample.register(actions)
