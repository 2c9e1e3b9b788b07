"""What the dashboard costs to read and to keep, at the volume of a course's first year.

`python -m benchmarks.insights` makes a database of its own, fills the tables behind the figures and the figures themselves,
measures and drops it; `--quick` fills a tenth of the tables behind. The figures of a full year stand there in both, so that
the two runs show that reading does not grow with what happened. Exits with 1 when a figure is over its limit.
"""

import sys

from benchmarks.learning_loop import main

if __name__ == "__main__":
    sys.exit(main("benchmarks.insights_inside", __doc__ or ""))
