"""`make bench`: agreement and times beside the peers, one profile, growth; a summary in .cache/bench.json.

`BENCH=full` measures more rows, more rounds and larger corpora.
"""

from __future__ import annotations

import json
from typing import Any

from . import agreement, growth, one_profile
from .measuring import FULL, ROOT, machine


def main() -> int:
    """Everything, in turn; 1 if a peer differs and its floating point does not explain it."""
    summary: dict[str, Any] = {"machine": machine(), "full": FULL}
    summary["peers"] = agreement.run(*agreement.SIZE)
    summary["one_profile"] = one_profile.run(*one_profile.SIZE)
    summary["growth"] = growth.run(growth.SIZES, growth.SIZES[-1] if FULL else 10)
    target = ROOT / ".cache" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\n{machine()}\nsummary: {target.relative_to(ROOT)}")
    return int(summary["peers"]["real"])


if __name__ == "__main__":
    raise SystemExit(main())
