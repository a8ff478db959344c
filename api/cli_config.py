"""``hubport config``: the settings of the environment, where each comes from, and what is wrong with them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from api.cli_common import EXIT_BAD_INPUT, print_json
from api.clock import Clock
from api.human import faults_text
from api.settings import Found, look, unknown
from api.texts import say

if TYPE_CHECKING:
    from api.answer_schema import Json


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    config = commands.add_parser("config", help="设置 / the settings")
    steps = config.add_subparsers(dest="step", required=True, metavar="STEP")
    show = steps.add_parser("show", help="显示全部设置及其来源 / show every setting and where it comes from")
    show.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language")
    show.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    show.set_defaults(run=_run_show)


def _run_show(options: argparse.Namespace, _: Clock) -> int:
    found, faults = look()
    strange = unknown()
    if options.json:
        print_json([_as_json(one) for one in found.values()])
    else:
        for one in found.values():
            origin = say(options.lang, f"config_{one.origin}")
            print(f"{one.setting.name} = {one.shown or '-'}  ({origin})")
            print(f"    {one.setting.zh if options.lang == 'zh' else one.setting.en}")
    for name, near in strange.items():
        print(say(options.lang, "config_unknown", name=name, near=near or "-"), file=sys.stderr)
    if not faults.faults:
        return 0
    print(faults_text(faults.faults), file=sys.stderr)
    return EXIT_BAD_INPUT


def _as_json(one: Found) -> Json:
    setting = one.setting
    return {
        "name": setting.name,
        "kind": setting.kind,
        "choices": list(setting.choices),
        "value": one.shown,
        "origin": one.origin,
        "default": setting.default,
        "option": setting.option,
        "secret": setting.is_secret,
        "meaning_zh": setting.zh,
        "meaning_en": setting.en,
    }
