"""Text of LLVM made into code of this processor: the one place that knows `llvmlite`.

Code is kept in the user's cache, so that a question costs no compiling the second time it is asked, by whatever
process. It is taken from there only where nobody else can have put it.
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from huice.corpus import cache

MOST_PROGRAMS = 256
"""Programs in the memory of a process."""
MOST_KEPT = 1024
"""Programs in the cache: some 20 KB each."""
_DIVISION = ("__divti3", "__modti3", "__udivti3", "__umodti3")
"""What compilers call to divide numbers of 128 bits."""
_DIGEST = 32


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether machine code can be made: `llvmlite` is installed, and numbers of 128 bits can be divided."""
    return find_spec("llvmlite") is not None and bool(_division())


def known(text: str) -> bool:
    """Whether the code of a text is kept."""
    return _recalled(_name_of(text)) is not None


@lru_cache(maxsize=MOST_PROGRAMS)
def native(text: str) -> Any:  # noqa: ANN401  # llvmlite carries no types
    """The engine that owns the code of a text. Places of the same rules share it."""
    from llvmlite import binding  # noqa: PLC0415  # an extra

    name = _name_of(text)
    code = _recalled(name)
    if code is None:
        code = _compiled(text)
        cache.write(name, sha256(code).digest() + code, MOST_KEPT)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine())
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _compiled(text: str) -> bytes:
    """An object file."""
    from llvmlite import binding  # noqa: PLC0415  # an extra

    machine = _machine()
    module = binding.parse_assembly(text)
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def _name_of(text: str) -> str:
    """The file in the cache: other text, processor, compiler or way of compiling, other file."""
    return f"code/{sha256(_maker() + text.encode()).hexdigest()}.code"


@lru_cache(maxsize=1)
def _maker() -> bytes:
    import llvmlite  # noqa: PLC0415  # an extra
    from llvmlite import binding  # noqa: PLC0415  # an extra

    version = (llvmlite.__version__, binding.llvm_version_info, binding.get_process_triple())
    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    return repr((version, processor)).encode() + Path(__file__).read_bytes()


def _recalled(name: str) -> bytes | None:
    """Whole code from a cache that is the user's alone."""
    data = cache.read(name) if cache.private(name) else None
    if data is None or sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
        return None
    return data[_DIGEST:]


def _machine() -> Any:  # noqa: ANN401  # llvmlite carries no types
    from llvmlite import binding  # noqa: PLC0415  # an extra

    return _target().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
    )


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
