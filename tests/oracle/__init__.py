"""Reference evaluator and profile generator for differential tests."""

from .generator import random_profile
from .oracle import MEASURES, evaluate_measure, evaluate_total

__all__ = ["MEASURES", "evaluate_measure", "evaluate_total", "random_profile"]
