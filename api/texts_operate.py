"""Words of running the service: settings, backups, starting and stopping, in both languages."""

from __future__ import annotations

OPERATE: dict[str, tuple[str, str]] = {
    "config_default": ("默认值", "default"),
    "config_environment": ("环境变量", "environment"),
    "config_unknown": (
        "没有名为 {name} 的设置；相近的有：{near}",
        "there is no setting {name}; one that looks like it: {near}",
    ),
}
