"""
Every setting that the environment may hold: its type, its default, and what it means.

Whatever reads a variable of the environment has it from here, but for those that lower floors read themselves; a test
finds names that are not listed. Everything wrong is told at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Literal

from api.faults import Findings, RequestFaultsError
from api.planner.tiles import is_template
from api.redact import HIDDEN, redact
from data.fields import read_count

Kind = Literal["text", "database", "choice", "number", "networks", "tiles"]
Origin = Literal["default", "environment"]

PREFIX = "HUBPORT_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    One setting.

    Parameters
    ----------
    name
        Of the variable.
    kind
        What its text must be.
    zh, en
        What it means.
    default
        The text that counts when nothing is said; empty leaves it to what uses it.
    choices
        Of a choice.
    low, high
        Limits of a number.
    option
        Of the command line, which goes before the variable.
    is_secret
        Whether its value is shown to nobody.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    default: str = ""
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    option: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A setting with its text, and where that comes from."""

    setting: Setting
    text: str
    origin: Origin

    @property
    def shown(self) -> str:
        """The text as it may be shown."""
        if self.setting.is_secret and self.text:
            return HIDDEN
        return redact(self.text)


def _listed(*settings: Setting) -> dict[str, Setting]:
    return {setting.name: setting for setting in settings}


SETTINGS: dict[str, Setting] = _listed(
    Setting(
        name="HUBPORT_DATA", kind="text", option="--data",
        zh="数据集：文件夹或工作簿；空为随附数据", en="data set: a folder or a workbook; empty for the shipped one",
    ),
    Setting(
        name="HUBPORT_DB", kind="database", option="--db",
        zh="数据库：SQLite 文件的路径，或 postgresql:// 地址；空为用户数据目录下的文件",
        en="database: path of a SQLite file, or a URL postgresql://…; empty for a file in the user's folder for data",
    ),
    Setting(
        name="HUBPORT_AUTH", kind="choice", choices=("on", "off"), option="--auth",
        zh="是否人人需要密钥；空：仅本机可达时不需要",
        en="whether everybody needs a key; empty: not where only this machine reaches the service",
    ),
    Setting(
        name="HUBPORT_PROXIES", kind="networks",
        zh="可信代理的地址或网段，逗号分隔；只有它们的 X-Forwarded-For 与 X-Forwarded-Proto 才算数",
        en="addresses or networks of proxies, with commas, whose X-Forwarded-For and X-Forwarded-Proto are believed",
    ),
    Setting(
        name="HUBPORT_RATE", kind="number", high=1_000_000,
        zh="每个密钥（无密钥时每个地址）每秒的请求数，0 为不限；空：需要密钥时 50，否则不限",
        en="requests a second for each key, or each address without one; 0 for any number; "
        "empty: 50 where keys are needed, else any number",
    ),
    Setting(
        name="HUBPORT_BURST", kind="number", default="200", low=1, high=1_000_000,
        zh="一次可以连续发出的请求数", en="requests that may come at once",
    ),
    Setting(
        name="HUBPORT_BODY_SECONDS", kind="number", default="30", low=1, high=3600,
        zh="接收请求正文的最长秒数", en="seconds within which the body of a request must arrive",
    ),
    Setting(
        name="HUBPORT_DRAIN", kind="number", default="1", high=600,
        zh="收到停止信号后，先回答“未就绪”并继续服务的秒数",
        en="seconds of saying `not ready`, and serving on, after the signal to stop",
    ),
    Setting(
        name="HUBPORT_GRACE", kind="number", default="20", high=3600,
        zh="停止时等待在途请求的最长秒数", en="seconds that requests have to end when the service stops",
    ),
    Setting(
        name="HUBPORT_LOG", kind="choice", choices=("text", "json"), default="text",
        zh="日志形式：可读文本，或每行一个 JSON", en="form of the log: text to read, or one JSON object a line",
    ),
    Setting(
        name="HUBPORT_LOG_LEVEL", kind="choice", choices=("debug", "info", "warning", "error"), default="info",
        zh="记录哪些：info 起每个请求一行", en="what is logged: from `info` on a line for each request",
    ),
    # What is about log-in is checked together, by `api.identity.settings`.
    Setting(
        name="HUBPORT_URL", kind="text",
        zh="人们访问本服务的协议与主机，如 https://hubport.example；空为其所用地址",
        en="scheme and host under which people reach the service, as https://hubport.example; empty for those they use",
    ),
    Setting(
        name="HUBPORT_SESSION_IDLE_MIN", kind="text", default="120",
        zh="浏览器会话闲置多少分钟后结束", en="minutes without use after which a browser's session ends",
    ),
    Setting(
        name="HUBPORT_SESSION_HOURS", kind="text", default="12",
        zh="浏览器会话登录多少小时后结束", en="hours after log-in at which a browser's session ends",
    ),
    Setting(
        name="HUBPORT_OIDC_ISSUER", kind="text",
        zh="OpenID 提供方的地址；空为不用", en="address of the OpenID provider; empty for none",
    ),
    Setting(
        name="HUBPORT_OIDC_CLIENT_ID", kind="text",
        zh="本服务在提供方的标识", en="by which the provider knows this service",
    ),
    Setting(
        name="HUBPORT_OIDC_CLIENT_SECRET", kind="text", is_secret=True,
        zh="本服务在提供方的密码；空则只靠 PKCE", en="its secret there; empty where PKCE alone protects the code",
    ),
    Setting(
        name="HUBPORT_OIDC_NAME", kind="text", default="OpenID",
        zh="登录页上提供方的名称", en="name of the provider on the page for log-in",
    ),
    Setting(
        name="HUBPORT_OIDC_SCOPE", kind="text", default="openid email",
        zh="向提供方请求的范围", en="what is asked of the provider",
    ),
    Setting(
        name="HUBPORT_OIDC_ROLES_CLAIM", kind="text",
        zh="令牌中存放组的项；空为不看组", en="claim that holds groups; empty where groups do not matter",
    ),
    Setting(
        name="HUBPORT_OIDC_ROLES", kind="text",
        zh="各组允许的角色：组=角色,角色;组=角色", en="roles that groups allow: group=role,role;group=role",
    ),
    Setting(
        name="HUBPORT_CLUSTER", kind="text",
        zh="Dask 集群的地址，如 tcp://host:8786；空：任务在本机进行",
        en="address of a Dask cluster, as tcp://host:8786; empty: jobs are done on this machine",
    ),
    Setting(
        name="HUBPORT_JOB_MEMORY_MB", kind="number", default="8192", high=1_048_576,
        zh="每个任务最多可用的内存（MB），0 为不限", en="MB of memory that a job may take, 0 for any",
    ),
    Setting(
        name="HUBPORT_WEBHOOK_LOCAL", kind="choice", choices=("on", "off"), default="off",
        zh="通知是否可以发往 http 与内网地址", en="whether webhooks may go to http and to inner addresses",
    ),
    Setting(
        name="HUBPORT_TILES", kind="tiles",
        zh="地图底图瓦片的地址模板，如 https://tiles.example/{z}/{x}/{y}.png；空为只画海岸线，不请求外部",
        en="address of map tiles, as https://tiles.example/{z}/{x}/{y}.png; empty for coastlines alone and no request",
    ),
    Setting(
        name="HUBPORT_TILES_BY", kind="text",
        zh="瓦片的署名，显示在地图上", en="whose tiles they are, shown on the maps",
    ),
    Setting(
        name="HUBPORT_FONT", kind="text",
        zh="嵌入 PDF 的字体文件；none 为不嵌入", en="font file embedded in PDFs; `none` embeds none of this machine",
    ),
)  # fmt: skip
"""All settings by name, in the order in which they are shown."""


class Settings:
    """
    The settings of a process.

    Parameters
    ----------
    found
        Each with its text, which was checked.
    """

    def __init__(self, found: Mapping[str, Found]) -> None:
        self.found = found

    def text(self, name: str) -> str:
        """Return the text of a setting, empty if nothing is said and it has no default."""
        return self.found[name].text

    def number(self, name: str) -> int | None:
        """Return the number of a setting, None if nothing is said and it has no default."""
        text = self.text(name)
        return int(text) if text else None

    def networks(self, name: str) -> list[str]:
        """Return the addresses and networks of a setting."""
        return networks(self.text(name))

    def whole(self, name: str) -> int:
        """Return the number of a setting that has a default."""
        return int(self.text(name))


def look(environment: Mapping[str, str] | None = None) -> tuple[dict[str, Found], Findings]:
    """Return every setting as it stands in an environment, by default that of the process, and what is wrong."""
    source = os.environ if environment is None else environment
    faults = Findings()
    found = {}
    for name, setting in SETTINGS.items():
        said = source.get(name, "").strip()
        if setting.kind == "choice":
            said = said.casefold()
        found[name] = Found(setting, said or setting.default, "environment" if said else "default")
        if said:
            _check(faults, setting, said)
    return found, faults


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings of an environment, by default that of the process.

    Raises
    ------
    RequestFaultsError
        With everything wrong with them.
    """
    found, faults = look(environment)
    if faults.faults:
        raise RequestFaultsError(faults.faults)
    return Settings(found)


def unknown(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that begin like settings and are none, each with the name that may be meant, or nothing."""
    source = os.environ if environment is None else environment
    return {
        name: next(iter(get_close_matches(name, SETTINGS, n=1)), "")
        for name in sorted(source)
        if name.startswith(PREFIX) and name not in SETTINGS
    }


def _check(faults: Findings, setting: Setting, said: str) -> None:
    shown = HIDDEN if setting.is_secret else redact(said)
    if setting.kind == "choice" and said not in setting.choices:
        faults.add(setting.name, shown, "choice", choices=", ".join(setting.choices))
    elif setting.kind == "number":
        if said.isascii() and said.isdecimal():
            read_count(faults, setting.name, said, low=setting.low, high=setting.high)
        else:
            faults.add(setting.name, shown, "whole_number")
    elif setting.kind == "networks":
        for one in networks(said):
            if not _is_network(one):
                faults.add(setting.name, one, "network")
    elif setting.kind == "tiles" and not is_template(said):
        faults.add(setting.name, shown, "tiles")
    elif setting.kind == "database":
        scheme, separator, _ = said.partition("://")
        if separator and scheme.partition("+")[0] not in {"sqlite", "postgresql", "postgres"}:
            faults.add(setting.name, shown, "database")


def networks(text: str) -> list[str]:
    """
    Return the parts of a list of addresses.

    Examples
    --------
    >>> networks("127.0.0.1, 10.0.0.0/8,")
    ['127.0.0.1', '10.0.0.0/8']
    """
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
