"""Words of running the service: settings, backups, starting and stopping, in both languages."""

from __future__ import annotations

OPERATE: dict[str, tuple[str, str]] = {
    "config_default": ("默认值", "default"),
    "config_environment": ("环境变量", "environment"),
    "config_unknown": (
        "没有名为 {name} 的设置；相近的有：{near}",
        "there is no setting {name}; one that looks like it: {near}",
    ),
    "backup_written": (
        "已备份到 {path}：{tables} 张表，{rows} 行；审计记录末端 {head}",
        "backed up to {path}: {tables} tables, {rows} rows; the audit trail ends at {head}",
    ),
    "backup_none": ("不是 Hubport 备份文件", "this is no backup of Hubport"),
    "backup_damaged": (
        "备份已损坏，未恢复任何内容：{table}",
        "the backup is damaged, and nothing was restored: {table}",
    ),
    "backup_revision": (
        "数据库版本是 {found}，本程序需要 {wanted}；请先运行 hubport db upgrade",
        "the database has revision {found}, this program needs {wanted}: run hubport db upgrade first",
    ),
    "restore_not_empty": (
        "数据库不是空的；只能恢复到空数据库",
        "the database is not empty; a backup is restored into an empty one only",
    ),
    "restore_differs": (
        "写入后核对不符，已全部撤销：{table}",
        "what was written is not what the backup has, and was undone: {table}",
    ),
    "restore_refused": (
        "数据库拒绝写入，已全部撤销：{reason}",
        "the database refused the rows, and everything was undone: {reason}",
    ),
    "restored": (
        "已恢复 {created_at} 的备份：{tables} 张表，{rows} 行",
        "restored the backup of {created_at}: {tables} tables, {rows} rows",
    ),
}
