"""Text of LLVM made into code of this processor: the one place that knows `llvmlite`."""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

MOST_PROGRAMS = 256
_DIVISION = ("__divti3", "__modti3", "__udivti3", "__umodti3")
"""What compilers call to divide numbers of 128 bits."""


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether machine code can be made: `llvmlite` is installed, and numbers of 128 bits can be divided."""
    return find_spec("llvmlite") is not None and bool(_division())


@lru_cache(maxsize=MOST_PROGRAMS)
def native(text: str) -> Any:  # noqa: ANN401  # llvmlite carries no types
    """The engine that owns the code of a text. Places of the same rules share it."""
    from llvmlite import binding  # noqa: PLC0415  # an extra

    machine = _target().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
    )
    module = binding.parse_assembly(text)
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine


@lru_cache(maxsize=1)
def _target() -> Any:  # noqa: ANN401  # llvmlite carries no types
    from llvmlite import binding  # noqa: PLC0415  # an extra

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    for name, address in _division().items():
        binding.add_symbol(name, address)
    return binding.Target.from_default_triple()


def _division() -> dict[str, int]:
    """The functions that divide 128 bits, of this process or the compiler's library; {} if there are none."""
    for name in (None, find_library("gcc_s")):
        library = ctypes.CDLL(name)
        if all(hasattr(library, one) for one in _DIVISION):
            addresses = (ctypes.cast(getattr(library, one), ctypes.c_void_p) for one in _DIVISION)
            return {one: at.value or 0 for one, at in zip(_DIVISION, addresses, strict=True)}
    return {}
