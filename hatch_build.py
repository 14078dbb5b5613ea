"""Build hooks: one compiles the kernels where there is a C compiler, one makes the links of the README absolute.

Without compiled kernels the package works the same, but slower.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

MODULE = "mcfrontier.core.kernels.compiled"


class CompileKernels(BuildHookInterface):
    """The hook that hatchling calls before and after it builds the package, or an editable install of it."""

    def initialize(self, version: str, build_data: dict) -> None:
        from setuptools import Distribution, Extension

        # without contraction a product and a sum are rounded one after the other, on every processor, as in numpy
        flags = ["-O3", "-g0", "-ffp-contract=off"]
        extension = Extension(MODULE, [MODULE.replace(".", "/") + ".pyx"], extra_compile_args=flags, optional=True)
        build = Distribution({"ext_modules": [extension]}).get_command_obj("build_ext")
        self.folder = TemporaryDirectory()
        build.build_temp, build.cython_c_in_temp = self.folder.name, True
        build.build_lib = self.root if version == "editable" else self.folder.name
        build.ensure_finalized()
        library = Path(build.get_ext_fullpath(MODULE))
        library.unlink(missing_ok=True)  # an older build must not stay if this one fails
        build.run()
        if library.exists():
            build_data["infer_tag"], build_data["pure_python"] = True, False
            if version != "editable":
                build_data["force_include"][str(library)] = f"mcfrontier/core/kernels/{library.name}"

    def finalize(self, version: str, build_data: dict, artifact_path: str) -> None:
        self.folder.cleanup()


class AbsoluteLinks(MetadataHookInterface):
    """The hook that reads README.md: a package page shows it away from the files that it links to."""

    def update(self, metadata: dict) -> None:
        address = metadata["urls"]["Repository"]
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = re.sub(r"(!\[[^\]]*\]\()(?!\w+:|#)", rf"\1{address}/raw/main/", text)
        text = re.sub(r"(\]\()(?!\w+:|#)", rf"\1{address}/blob/main/", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
