"""惠策 huice: Chinese AI-subsidy policies as executable, explained, provable rules.

>>> import huice
>>> result = huice.evaluate({"org": {"place": "shenzhen"}})
>>> result.measure("shenzhen/training-voucher").status
<Status.UNKNOWN: 'unknown'>
"""

from __future__ import annotations

from huice.corpus.corpus import BadCorpus, Corpus
from huice.corpus.source import Problem
from huice.evaluate import (
    BadProfile,
    Comparison,
    MeasureResult,
    Question,
    Result,
    Status,
    compare,
    evaluate,
    next_question,
    questions,
)

__version__ = "0.1.0"
__all__ = [
    "BadCorpus",
    "BadProfile",
    "Comparison",
    "Corpus",
    "MeasureResult",
    "Problem",
    "Question",
    "Result",
    "Status",
    "compare",
    "evaluate",
    "next_question",
    "questions",
]
