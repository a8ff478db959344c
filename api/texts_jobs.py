"""Words of jobs, in both languages."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "crashed": ("计算进程异常终止", "the process that worked on it crashed"),
    "lost": ("工作进程失去联系", "the worker that had it is gone"),
    "memory": ("超出内存上限", "it needs more memory than a job may have"),
    "time": ("超出最长运行时间", "it took longer than a job may"),
    "refused": ("输入有误，无法计算", "what was asked cannot be worked out"),
    "unsound": ("结果未通过独立核查", "the result broke a rule when it was checked"),
    "internal": ("内部错误，已记录", "an error inside, which has been logged"),
    "unknown-kind": ("没有这类作业", "there is no such kind of job"),
    "stopped": ("取消时尚无结果", "it was cancelled before there was anything to keep"),
}
"""Why a job ended without what was asked, by code."""

JOBS: dict[str, tuple[str, str]] = {
    "worker_ready": ("工作进程就绪：同时 {count} 个作业", "worker ready: {count} jobs at once"),
    "cluster_missing": (
        "HUBPORT_CLUSTER 需要安装附加组件 cluster：{reason}",
        "HUBPORT_CLUSTER needs the extra cluster: {reason}",
    ),
    "cluster_away": ("无法连接集群 {address}：{reason}", "the cluster {address} cannot be reached: {reason}"),
}


def reason_json(code: str, detail: str = "") -> dict[str, str]:
    """
    Return why a job ended, as it is kept and shown.

    Examples
    --------
    >>> reason_json("memory")["text_en"]
    'it needs more memory than a job may have'
    """
    zh, en = REASONS[code]
    return {"code": code, "text_zh": zh, "text_en": en, "detail": detail}
