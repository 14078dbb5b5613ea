"""Compiles the loops over draws where there is a C compiler. Without one the package is as it is, and slower."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOOPS = "mcfrontier.loops.compiled"


class Loops(BuildHookInterface):
    """What hatchling asks before it packs the package, or links to it."""

    def initialize(self, version: str, build_data: dict) -> None:
        from tempfile import TemporaryDirectory

        from setuptools import Distribution, Extension

        # without contraction a product and a sum are rounded one after the other, on every processor, as in numpy
        exact = ["-O2", "-g0", "-ffp-contract=off"]
        loops = Extension(LOOPS, [LOOPS.replace(".", "/") + ".pyx"], extra_compile_args=exact, optional=True)
        build = Distribution({"ext_modules": [loops], "packages": ["mcfrontier.loops"]}).get_command_obj("build_ext")
        build.inplace = True
        with TemporaryDirectory() as build.build_temp:
            build.build_lib = build.build_temp
            build.ensure_finalized()
            build.run()
        build_data["artifacts"] += ["*.so", "*.pyd"]
        build_data["infer_tag"], build_data["pure_python"] = True, False
