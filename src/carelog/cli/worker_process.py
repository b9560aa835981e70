"""`carelog worker-process`: one worker process, as the supervisor starts it."""


def worker_process() -> None:
    """Work on runs, until SIGTERM or until standard input ends. `carelog worker` starts and watches these."""
    import asyncio
    from contextlib import suppress

    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    with suppress(asyncio.CancelledError):
        from carelog.cli.working import work_for_supervisor

        run_loop(work_for_supervisor(settings))
