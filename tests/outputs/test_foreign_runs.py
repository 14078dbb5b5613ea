"""The folder of a run may come from a stranger: nothing but a run is read from it."""

import json
import os
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest

from mcfrontier.core.errors import InputError
from mcfrontier.outputs.exports import groups
from mcfrontier.outputs.folder import zarr as zarr_file
from mcfrontier.outputs.folder.saved import read_folder

SECRET = 4242.4242
DRAWS = 2**12


def change_json(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.fixture
def foreign(folder, tmp_path):
    """A copy of a run, whose manifest has no hashes of the files."""
    place = tmp_path / "run"
    shutil.copytree(folder, place)
    change_json(place / "manifest.json", lambda content: content.update(files={}))
    return place


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory):
    """The draws of the run as draws.zarr."""
    pytest.importorskip("zarr")
    run, path = read_folder(folder), tmp_path_factory.mktemp("store") / "draws.zarr"
    groups.zarr(run, run.rows, path)
    return path


@pytest.fixture
def foreign_zarr(foreign, store):
    """The same with its draws in draws.zarr."""
    shutil.copytree(store, foreign / "draws.zarr")
    (foreign / "draws.nc").unlink()
    return foreign


def refused(command, *words):
    """The message of a command that must refuse a folder: one line, and nothing printed or written."""
    result = command(*words)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result
    return result.err


# draws.nc


def replaced(group, **words):
    """Replace the dataset `energy` of a group."""
    unit = group["energy"].attrs["unit"]
    del group["energy"]
    group.create_dataset("energy", **words).attrs["unit"] = unit


def external_storage(group, secret):
    replaced(group, shape=(1, DRAWS), dtype="f8", external=[(str(secret), 0, 8 * DRAWS)])


def external_link(group, secret):
    import h5py

    with h5py.File(secret.with_suffix(".h5"), "w") as file:
        file["energy"] = np.full((1, DRAWS), SECRET)
        file["energy"].attrs["unit"] = group["energy"].attrs["unit"]
    del group["energy"]
    group["energy"] = h5py.ExternalLink(str(secret.with_suffix(".h5")), "/energy")


def soft_link(group, secret):
    import h5py

    del group["energy"]
    group["energy"] = h5py.SoftLink("/prior/tokens")


def virtual_dataset(group, secret):
    import h5py

    external_link(group, secret)
    del group["energy"]
    layout = h5py.VirtualLayout((1, DRAWS), "f8")
    layout[...] = h5py.VirtualSource(secret.with_suffix(".h5"), "energy", (1, DRAWS))
    group.create_virtual_dataset("energy", layout).attrs["unit"] = "kWh"


def link_to_the_group(group, secret):
    import h5py

    group.file.move("prior", "elsewhere")
    group.file["prior"] = h5py.SoftLink("/elsewhere")


FULL = np.full((1, DRAWS), SECRET)
IN_ANOTHER_WAY = "energy is stored in another file, or in another way than in chunks compressed by deflate"
COMPRESSED = {"shape": (1, DRAWS), "dtype": "f8", "chunks": (1, DRAWS), "shuffle": True, "compression": "gzip"}


def replaced_chunk(group, data, mask=0):
    """Replace the one chunk of `energy` by some bytes."""
    replaced(group, **COMPRESSED)
    group["energy"].id.write_direct_chunk((0, 0), data, mask)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (external_storage, IN_ANOTHER_WAY),
        (virtual_dataset, IN_ANOTHER_WAY),
        (external_link, "energy is a link, which is not followed"),
        (soft_link, "energy is a link, which is not followed"),
        (link_to_the_group, "prior is a link, which is not followed"),
        (lambda g, _: replaced(g, data=FULL, compression="gzip"), IN_ANOTHER_WAY),
        (lambda g, _: replaced(g, data=FULL, compression="lzf", shuffle=True), IN_ANOTHER_WAY),
        (lambda g, _: replaced(g, **COMPRESSED, fletcher32=True), IN_ANOTHER_WAY),
        (lambda g, _: replaced(g, data=FULL, chunks=(1, 64)), IN_ANOTHER_WAY),
        (lambda g, _: replaced(g, **COMPRESSED | {"chunks": (1, 64)}), "energy has chunks of the shape (1, 64)"),
        (lambda g, _: replaced(g, **COMPRESSED, maxshape=(None, DRAWS)), "energy has chunks of the shape"),
        (lambda g, _: replaced(g, **COMPRESSED), "energy is incomplete"),
        (lambda g, _: replaced_chunk(g, zlib.compress(bytes(8 * DRAWS + 1))), "draw 0 has not 32,768 bytes"),
        (lambda g, _: replaced_chunk(g, zlib.compress(bytes(2**24))), "draw 0 has not 32,768 bytes"),
        (lambda g, _: replaced_chunk(g, zlib.compress(bytes(64))), "draw 0 has not 32,768 bytes"),
        (lambda g, _: replaced_chunk(g, zlib.compress(bytes(8 * DRAWS))[:-1]), "draw 0 has not 32,768 bytes"),
        (lambda g, _: replaced_chunk(g, bytes(2**20)), "the chunk of draw 0 is not compressed"),
        (lambda g, _: replaced_chunk(g, bytes(8 * DRAWS), 3), "the chunk of draw 0 is not compressed"),
        (lambda g, _: replaced_chunk(g, b"no deflate"), "the chunk of draw 0: Error -3"),
        (lambda g, _: replaced(g, data=FULL.astype("f2")), "energy is not of 64-bit or 32-bit floats"),
        (lambda g, _: replaced(g, data=FULL.astype("i8")), "energy is not of 64-bit or 32-bit floats"),
        (lambda g, _: replaced(g, shape=(1, 2**50), dtype="f8", chunks=(1, 64)), "energy has the shape"),
        (lambda g, _: replaced(g, shape=(1, DRAWS), dtype="f8"), "energy is incomplete"),
        (lambda g, _: g["energy"].attrs.update(unit="kWh"), "energy is in 'kWh', and the percentiles are in"),
        (lambda g, _: g["energy"].attrs.update(unit=5.0), "unit of /prior/energy is not a text"),
        (lambda g, _: g["energy"].attrs.update(unit=["kWh"] * 3), "unit of /prior/energy is not a text"),
        (lambda g, _: g["energy"].attrs.update(about="x" * 20_000), "a text of 20,000 characters; the limit is 10,000"),
        (lambda g, _: g["energy"].attrs.pop("unit"), "energy is in '', and the percentiles are in"),
        (lambda g, _: (g.pop("energy"), g.create_group("energy")), "energy is not a dataset"),
        (lambda g, _: g.pop("energy"), "energy is missing"),
    ],
    ids=lambda x: x.__name__ if callable(x) else "",
)
def test_draws_that_are_not_plain_numbers_in_the_file_are_refused(foreign, command, tmp_path, harm, message):
    import h5py

    secret = tmp_path / "secret"
    secret.write_bytes(FULL.tobytes())
    with h5py.File(foreign / "draws.nc", "a") as file:
        harm(file["prior"], secret)
    assert message in refused(command, "export", foreign, "--to", "csv", "--target", "energy")
    assert message in refused(command, "percentiles", foreign, "energy", "--quantiles", "31")


def test_a_user_block_is_refused(foreign, command):
    import h5py

    with h5py.File(foreign / "draws.nc") as old, h5py.File(foreign / "new", "w", userblock_size=512) as new:
        old.copy("prior", new)
    (foreign / "new").replace(foreign / "draws.nc")
    assert "it does not begin with HDF5" in refused(command, "export", foreign, "--to", "csv")


# draws.zarr


def metadata(place, change):
    change_json(place / "draws.zarr" / "prior" / "energy" / "zarr.json", change)


def first_chunk(place):
    return place / "draws.zarr" / "prior" / "energy" / "c" / "0" / "0"


def linked(path, target):
    path.unlink()
    path.symlink_to(target)


def piped(path):
    path.unlink()
    os.mkfifo(path)


def codec(name, **configuration):
    return lambda content: content["codecs"].__setitem__(1, {"name": name, "configuration": configuration})


BOMB = bytes.fromhex("28b52ffde0") + (2**40).to_bytes(8, "little") + b"x"  # a Zstandard frame that states 2^40 bytes


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda f: linked(first_chunk(f), "/etc/hostname"), "prior/energy/c/0/0 is a link or a pipe"),
        (lambda f: piped(first_chunk(f)), "prior/energy/c/0/0 is a link or a pipe"),
        (
            lambda f: first_chunk(f).write_bytes(BOMB),
            "energy/c/0/0 is not a chunk of 32,768 bytes",
        ),
        (lambda f: first_chunk(f).write_bytes(b"x" * 99), "energy/c/0/0 is not a chunk of 32,768 bytes"),
        (lambda f: os.truncate(first_chunk(f), 2**40), "cannot be read: it has 1,099,511,627,776 bytes"),
        (lambda f: first_chunk(f).write_bytes(b""), "energy/c/0/0 is not a chunk of 32,768 bytes"),
        (lambda f: metadata(f, codec("gzip", level=5)), "energy is stored in another way"),
        (lambda f: metadata(f, codec("numcodecs.pickle")), "energy is stored in another way"),
        (lambda f: metadata(f, lambda x: x.update(shape=[1, 2**50])), "energy is stored in another way"),
        (lambda f: metadata(f, lambda x: x.update(shape=[1.0, DRAWS])), "energy is stored in another way"),
        (
            lambda f: metadata(f, lambda x: x.update(data_type="float32")),
            "cannot be read: it has 30,656 bytes; the limit is 17,536",
        ),
        (
            lambda f: metadata(f, lambda x: x.update(data_type="int64")),
            "energy has no unit, chunks, dimensions or floats",
        ),
        (lambda f: metadata(f, lambda x: x.pop("chunk_grid")), "energy has no unit, chunks, dimensions or floats"),
        (lambda f: metadata(f, lambda x: x.update(attributes=[])), "energy has no unit, chunks, dimensions or floats"),
        (
            lambda f: metadata(f, lambda x: x["chunk_grid"]["configuration"].update(chunk_shape=[1, 2**40])),
            "energy has chunks of 1,099,511,627,776 draws; the limit is 33,554,432",
        ),
        (lambda f: (f / "draws.zarr" / "prior" / "energy" / "zarr.json").write_text("[" * 9999), "nested deeper than"),
        (lambda f: shutil.rmtree(f / "draws.zarr" / "prior" / "energy"), "cannot be read: No such file"),
    ],
    ids=lambda x: "" if callable(x) else x[:40],
)
def test_a_store_with_anything_else_than_chunks_of_draws_is_refused(foreign_zarr, command, harm, message):
    harm(foreign_zarr)
    assert message in refused(command, "export", foreign_zarr, "--to", "csv", "--target", "energy")


def test_a_damaged_chunk_is_refused(foreign_zarr, command):
    whole = first_chunk(foreign_zarr).read_bytes()
    first_chunk(foreign_zarr).write_bytes(whole[: len(whole) // 2])
    message = refused(command, "percentiles", foreign_zarr, "energy", "--quantiles", "31")
    assert "energy cannot be read" in message


def test_draws_in_a_store_are_those_of_the_run(foreign_zarr, folder):
    np.testing.assert_array_equal(read_folder(foreign_zarr).samples("energy"), read_folder(folder).samples("energy"))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_791, 65_792, 2**20])
def test_the_size_in_the_head_of_a_frame_is_read(size):
    zstd = pytest.importorskip("numcodecs.zstd")
    frame = zstd.compress(b"\0" * size, 1)
    assert zarr_file.content_size(frame[: zarr_file.MAX_HEAD]) == size


# files that are no files, links, names


@pytest.mark.parametrize("name", ["draws.nc", "manifest.json", "percentiles.json"])
def test_a_pipe_in_place_of_a_file_is_refused_without_waiting(foreign, command, name):
    piped(foreign / name)
    assert name in refused(command, "export", foreign, "--to", "csv")


@pytest.mark.parametrize("name", ["draws.nc", "percentiles.csv", "report.pdf"])
def test_verify_refuses_a_pipe_that_the_manifest_lists(foreign, command, name):
    (foreign / name).touch()
    piped(foreign / name)
    change_json(foreign / "manifest.json", lambda content: content.update(files={name: "0" * 64}))
    assert f"{name}: cannot be read: a pipe or a device" in refused(command, "verify", foreign)


def test_verify_refuses_a_pipe_in_place_of_percentiles(foreign, command):
    piped(foreign / "percentiles.csv")
    assert "percentiles.csv: cannot be read: a pipe or a device" in refused(command, "verify", foreign)


@pytest.mark.parametrize("name", ["draws.nc", "percentiles.json", "manifest.json", "draws.zarr"])
def test_a_link_out_of_the_folder_of_a_run_is_not_followed(foreign, command, tmp_path, name):
    if name == "draws.zarr":
        (foreign / "draws.nc").unlink()
        (foreign / name).symlink_to(Path("/dev/zero"))
    else:
        (foreign / name).rename(tmp_path / name)
        (foreign / name).symlink_to(tmp_path / name)
    assert f"{name}: a link out of the folder" in refused(command, "export", foreign, "--to", "csv")


def test_a_link_to_the_folder_of_a_run_is_followed(folder, tmp_path, command):
    (tmp_path / "link").symlink_to(folder)
    assert command("percentiles", tmp_path / "link").code == 0


@pytest.mark.parametrize("name", ["/dev/zero", "../x", "a/b", "", ".", "..", "a\nb", "x" * 300])
def test_a_manifest_that_names_files_elsewhere_is_refused(foreign, command, name):
    change_json(foreign / "manifest.json", lambda content: content.update(files={name: "0" * 64}))
    assert "manifest.json: damaged" in refused(command, "verify", foreign)


# manifest.json and percentiles.json


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": 1, "format": 1}', "the key 'format' is repeated"),
        ('{"format": NaN}', "NaN is not a number of JSON"),
        ('{"format": -Infinity}', "-Infinity is not a number of JSON"),
        ('{"format": 1e999}', "is beyond the range of a double"),
        ('{"format": 1' + "0" * 400 + "}", "is beyond the range of a double"),
        ('{"format": ' + "[" * 100_000, "nested deeper than 12 levels"),
        ('{"format": ' + "[" * 13 + "]" * 13 + "}", "nested deeper than 12 levels"),
        ('{"format": "\\ud800"}', "surrogates not allowed"),
        ("[]", "an object is expected"),
        ("", "damaged, or not of a run"),
        ('{"format": "1"}', "Expected `int`, got `str`"),
    ],
    ids=lambda x: x[:20],
)
@pytest.mark.parametrize("name", ["manifest.json", "percentiles.json"])
def test_json_that_can_be_read_in_two_ways_or_never_ends_is_refused(foreign, command, name, text, message):
    (foreign / name).write_text(text)
    assert message in refused(command, "percentiles", foreign)


def test_json_of_more_values_than_the_limit_is_refused(foreign, command):
    (foreign / "manifest.json").write_text('{"format": 1, "notes": [' + "[]," * 2**22 + "[]]}")
    assert "it has more values than the limit, 8,388,608" in refused(command, "percentiles", foreign)


def test_json_that_is_too_large_is_refused(foreign, command, monkeypatch):
    monkeypatch.setattr("mcfrontier.core.limits.JSON_BYTES", 1000)
    assert "the limit is 1,000" in refused(command, "percentiles", foreign)


@pytest.mark.parametrize(
    "change",
    [
        {"study": 5},
        {"draws": 0},
        {"draws": True},
        {"draws": 2**60},
        {"targets": ["energy", 5]},
        {"targets": ["nothing_of_it"]},
        {"versions": []},
        {"notes": "text"},
        {"correlation": {"a ~ b": "x"}},
        {"evidence": {"a": {"quantity": 5}}},
        {"dimensions": {"d": []}},
        {"dimensions": {"d": ["a", "a"]}},
        {"dimensions": {f"d{i}": ["a"] for i in range(13)}},
        {"inputs": {"energy": {"family": "value", "unit": 5}}},
        {"inputs": {"energy": {"unit": "kWh"}}},
        {"inputs": {"energy": {"family": "value", "by": "d", "value": [1]}}},
        {"inputs": {"energy": {"family": "value", "by": "", "value": 1}}},
        {"inputs": {"energy": {"family": "value", "unit": ["kWh"]}}},
        {"inputs": {"energy": {"family": "mixture", "parts": [1]}}},
        {"inputs": {"energy": {"family": "value", "value": [1, 2], "by": "d"}}, "dimensions": {"d": ["a"]}},
        {"page": {"command": 5}},
        {"page": {"price_year": [2023]}},
        {"priors_sha256": "../../x"},
        {"files": {"draws.nc": "x"}},
        {"capped": {"energy": None}},
        {"seed": 99},
    ],
    ids=str,
)
def test_a_manifest_with_a_value_of_another_type_is_refused(foreign, command, change):
    change_json(foreign / "manifest.json", lambda content: content.update(change))
    for words in (("percentiles", foreign), ("verify", foreign), ("export", foreign, "--to", "csv")):
        assert "damaged, or not of a run" in refused(command, *words)


def renamed(rows, old, new):
    rows[new] = rows.pop(old)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows["energy"]["mc_error"].update(p50=-1),
        lambda rows: rows["energy"].update(p50=True),
        lambda rows: rows["energy"].pop("p50"),
        lambda rows: rows["energy"].update(unit=""),
        lambda rows: rows["energy"].update(unit="x" * 101),
        lambda rows: renamed(rows, "energy", "=HYPERLINK(1)"),
        lambda rows: renamed(rows, "energy", "energy[A100]"),
        lambda rows: renamed(rows, "energy", "../energy"),
    ],
)
def test_percentiles_that_do_not_agree_with_the_manifest_are_refused(foreign, command, change):
    change_json(foreign / "percentiles.json", lambda content: change(content["quantities"]))
    assert "percentiles.json: damaged, or not of a run" in refused(command, "percentiles", foreign)


def test_draws_that_do_not_fit_into_memory_are_refused(foreign, monkeypatch):
    run = read_folder(foreign)
    monkeypatch.setattr("mcfrontier.core.memory.available_bytes", lambda: 8 * DRAWS - 1)
    with pytest.raises(InputError, match=r"energy: needs 0\.0 GB of memory"):
        run.samples("energy")


FORMULA = '=HYPERLINK("http://example.org")'


def test_texts_of_a_manifest_are_no_formulas_in_tables_and_no_code_in_exports(foreign, command, tmp_path):
    change_json(
        foreign / "manifest.json", lambda content: content.update(study=FORMULA + "\nimport os\u2028import os #")
    )
    change_json(
        foreign / "percentiles.json", lambda content: content.update(study=FORMULA + "\nimport os\u2028import os #")
    )
    assert command("score", foreign, "--outcome", "energy=40 GWh", "--ledger", tmp_path / "ledger.csv").code == 0
    assert (tmp_path / "ledger.csv").read_text().splitlines()[1].startswith("\"'=HYPERLINK")
    for form in ("squiggle", "squigglepy"):
        text = command("export", foreign, "--to", form).out
        assert not any(line.startswith("import os") for line in text.splitlines())


def test_a_pipe_in_place_of_the_journal_of_a_replacement_does_not_stop_a_reader(foreign, command):
    (foreign / ".replacing").mkdir()
    os.mkfifo(foreign / ".replacing" / "journal.json")
    assert command("percentiles", foreign).code == 0
