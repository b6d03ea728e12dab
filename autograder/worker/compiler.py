"""The names under which cells are compiled, as in a kernel: tracebacks and warnings show them."""

from __future__ import annotations

from zlib import crc32

from IPython.core.compilerop import CachingCompiler


class Compiler(CachingCompiler):
    """Names a cell like a file, by its content."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """The name of a cell's code."""
        return f"/tmp/ipykernel/{crc32(raw_code.encode('utf-8', 'replace'))}.py"
