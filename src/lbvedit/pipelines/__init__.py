"""Pipelines: one file each, one line in the registry.

A pipeline turns the windows of a source into clips (``edit``, ``synth``) or masks (``segment``)::

    class Example:
        Options = ExampleOptions              # a frozen dataclass: --set, `pipelines show` and the man page read it

        def __init__(self, request: Request, options: ExampleOptions) -> None: ...   # loads weights
        def __call__(self, source: Source, report: Report) -> Iterator[Clip]: ...

It yields one clip for each window that it takes from the source, in order, with the window's own time stamps; the job
cross-fades where windows overlap. What it remembers from window to window it keeps in ``state``, so that a killed job
goes on exactly where it stopped.
"""
