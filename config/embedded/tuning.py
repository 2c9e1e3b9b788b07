"""PostgreSQL's settings for the machine it finds. Reads memory and cores; changes nothing."""

import os
import shutil
from pathlib import Path

MB = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (looked at, never written)
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def settings() -> dict[str, str]:
    """postgresql.conf lines by name. Shares of memory follow the manual: a quarter at most, more only for index building."""
    memory, cores = usable_memory() // MB, os.cpu_count() or 1
    maintenance = _between(64, memory // 16, 1024)
    return {
        "shared_buffers": f"{_between(64, memory // 8, 1024)}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "maintenance_work_mem": f"{maintenance}MB",
        "work_mem": "16MB",
        "max_connections": "200",
        "max_worker_processes": str(max(4, cores + 2)),
        "max_parallel_workers": str(cores),
        "max_parallel_maintenance_workers": str(_between(1, cores // 2, 4)),
        "max_parallel_workers_per_gather": str(_between(0, cores // 2, 2)),
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "checkpoint_completion_target": "0.9",
        "dynamic_shared_memory_type": "posix" if _shared_memory() > 2 * maintenance else "mmap",
        "jit": "off",
    }


def usable_memory() -> int:
    """Bytes this machine, or the container we are in, grants."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(physical, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return physical


def _shared_memory() -> int:
    """Free MB for POSIX shared memory: 64 in a container by default, too little for a parallel index build."""
    return shutil.disk_usage(SHARED_MEMORY).free // MB if SHARED_MEMORY.is_dir() else 0


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))
