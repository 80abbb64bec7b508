"""The papers' tables: corpus + system + measures.

The seam: an evaluation is one function, named in :data:`lbvedit.evaluation.registry.EVALUATIONS`::

    EVALUATIONS["example"]["davis"] = "lbvedit.evaluation.example:evaluate_davis"

    def evaluate_davis(options: Options) -> Result:
        dataset = open_davis(options.require("data"))
        numbers = sample(len(dataset), options.limit, options.seed)
        metrics = score_referrals(dataset, numbers, segment, options)
        return Result("example", "davis", len(numbers), metrics, table=TABLE_1)

``lbvedit evaluate example --corpus davis --data DIR`` then prints the table with our row under the paper's, as Markdown
or, with ``--json``, as one object. Metrics are fractions in [0, 1], but for SSIM, which is times 100 as in the paper;
columns say by what a metric is multiplied before it is printed.

- :mod:`~lbvedit.evaluation.table`: columns, rows, tables, results, Markdown, JSON.
- :mod:`~lbvedit.evaluation.referring`: scores of masks against what expressions refer to.
- :mod:`~lbvedit.evaluation.editing`: scores of edited clips against the clips that obey.
- :mod:`~lbvedit.evaluation.prompted`: scores of videos edited by prompt, where no target exists.
- :mod:`~lbvedit.evaluation.plot`: bars of a result beside the paper's rows.
- one file a paper (``mmvt``, ``m3l``, ``mmvid``, ``tcve``): its tables, with their source, and its evaluations.
"""
