"""Compiles the loops over draws where there is a C compiler. Without one the package is as it is, and slower."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOOPS = "mcfrontier.loops.compiled"


class Loops(BuildHookInterface):
    """What hatchling asks before and after it packs the package, or links to it."""

    def initialize(self, version: str, build_data: dict) -> None:
        from setuptools import Distribution, Extension

        # without contraction a product and a sum are rounded one after the other, on every processor, as in numpy
        exact = ["-O3", "-g0", "-ffp-contract=off"]
        loops = Extension(LOOPS, [LOOPS.replace(".", "/") + ".pyx"], extra_compile_args=exact, optional=True)
        build = Distribution({"ext_modules": [loops]}).get_command_obj("build_ext")
        self.folder = TemporaryDirectory()
        build.build_temp, build.cython_c_in_temp = self.folder.name, True
        build.build_lib = self.root if version == "editable" else self.folder.name
        build.ensure_finalized()
        made = Path(build.get_ext_fullpath(LOOPS))
        made.unlink(missing_ok=True)  # loops of another time must not stay if these fail
        build.run()
        if made.exists():
            build_data["infer_tag"], build_data["pure_python"] = True, False
            if version != "editable":
                build_data["force_include"][str(made)] = f"mcfrontier/loops/{made.name}"

    def finalize(self, version: str, build_data: dict, artifact_path: str) -> None:
        self.folder.cleanup()
