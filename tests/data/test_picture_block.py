"""Many picture files: worker processes and the cache give the pixels that one process gives, whatever goes wrong with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fathom.core.exceptions import UnusableInput
from fathom.data.load import load
from fathom.data.sources import picture_block, picture_cache, picture_files, picture_pool
from fathom.data.sources.picture_block import Decoding, block_of
from fathom.data.sources.picture_files import decode, look
from tests.data.picture_set import patches


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """96 patches of photographs as PNG, one of which is broken."""
    folder = tmp_path_factory.mktemp("files")
    x, _ = patches(side=24, each=48)
    paths = [folder / f"{i:03}.png" for i in range(len(x))]
    for path, pixels in zip(paths, x, strict=True):
        Image.fromarray(pixels).save(path)
    paths[5].write_bytes(paths[5].read_bytes()[:200])
    return paths


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache of its own, and sets that are always large enough for it and for two workers."""
    monkeypatch.setenv("FATHOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(picture_block, "MUCH", 0)
    monkeypatch.setattr(picture_block, "cores", lambda: 2)
    return tmp_path / "cache" / "pictures"


def alone(paths, size=(16, 16)):
    return [decode(path, size, 3) for path in paths]


def same(block, paths):
    expected = alone(paths)
    assert block.broken == {i: pixels for i, pixels in enumerate(expected) if isinstance(pixels, str)}
    np.testing.assert_array_equal(block.pixels[block.sound], np.stack([p for p in expected if not isinstance(p, str)]))


def test_workers_and_the_cache_give_what_one_process_gives(files, cached, monkeypatch):
    told = []
    first = block_of(files, Decoding(size=16, progress=lambda *said: told.append(said)))
    same(first, files)
    assert list(first.broken) == [5]
    assert told[-1][1:] == (96, "decoding 96 pictures")
    assert {path.suffix for path in cached.iterdir()} == {".npy", ".json"}
    monkeypatch.setattr(picture_block, "look", None)  # nothing is opened again
    again = block_of(files, Decoding(size=16))
    assert isinstance(again.pixels, np.memmap)
    assert (again.heads, again.broken, again.picture) == (first.heads, first.broken, first.picture)
    np.testing.assert_array_equal(again.pixels[again.sound], first.pixels[first.sound])


def test_what_changed_is_decoded_anew(files, cached, tmp_path):
    own = [tmp_path / path.name for path in files[6:]]
    for new, path in zip(own, files[6:], strict=True):
        new.write_bytes(path.read_bytes())
    before = block_of(own, Decoding(size=16))
    Image.fromarray(np.zeros((24, 24, 3), np.uint8)).save(own[3])
    after = block_of(own, Decoding(size=16))
    assert not after.pixels[3].any()
    np.testing.assert_array_equal(before.pixels[4:], after.pixels[4:])
    assert block_of(own, Decoding(size=8)).pixels.shape == (90, 3, 8, 8)
    assert len(list(cached.glob("*.npy"))) == 3


@pytest.mark.parametrize("harm", ["cut", "other", "json", "gone"])
def test_a_damaged_entry_is_not_read(files, cached, harm):
    block_of(files, Decoding(size=16))
    (array,), (about,) = cached.glob("*.npy"), cached.glob("*.json")
    if harm == "cut":
        array.write_bytes(array.read_bytes()[:-10])
    elif harm == "other":
        np.save(array, np.zeros((2, 2)))
    elif harm == "json":
        about.write_text(json.dumps({**json.loads(about.read_text()), "heads": 3}))
    else:
        array.unlink()
    same(block_of(files, Decoding(size=16)), files)


def test_objects_in_an_entry_are_never_opened(files, cached):
    block_of(files, Decoding(size=16))
    (array,) = cached.glob("*.npy")
    np.save(array, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    same(block_of(files, Decoding(size=16)), files)


def test_ctrl_c_leaves_nothing_half_written(files, cached):
    def stop(done, total, text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        block_of(files, Decoding(size=16, progress=stop))
    assert list(cached.iterdir()) == []
    assert threading.active_count() < 10


def test_a_decoder_that_crashes_costs_its_file_alone(files, cached, tmp_path, monkeypatch):
    """A worker that dies over one file: the others of its job are decoded by the next."""
    (tmp_path / "sitecustomize.py").write_text(
        "import fathom.data.sources.picture_files as f, os\n"
        "decode = f.decode\n"
        "f.decode = lambda path, *a: os._exit(1) if path.name == '009.png' else decode(path, *a)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    block = block_of(files, Decoding(size=16))
    assert block.broken[9] == picture_pool.CRASHED
    assert list(block.broken) == [5, 9]


def test_where_no_worker_can_be_started_this_process_decodes(files, cached, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    same(block_of(files, Decoding(size=16)), files)
    monkeypatch.setattr(sys, "executable", "/bin/true")
    same(block_of(files[1:], Decoding(size=16)), files[1:])


def test_without_room_or_folder_pixels_are_in_memory(files, cached, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    same(block_of(files, Decoding(size=16)), files)
    assert list(cached.iterdir()) == []
    monkeypatch.setenv("FATHOM_CACHE", "off")
    assert picture_cache.place() is None
    same(block_of(files, Decoding(size=16)), files)
    monkeypatch.setenv("FATHOM_CACHE", str(files[0]))
    assert picture_cache.place() is None


def test_the_longest_unused_entries_make_room(files, cached, monkeypatch):
    for size in (8, 12, 16):
        block_of(files, Decoding(size=size))
        for path in cached.iterdir():
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**10))
    monkeypatch.setattr(picture_cache, "MOST_BYTES", 96 * 3 * (12**2 + 16**2 + 20**2) + 1_000)
    (cached / ".left.1.part.npy").write_bytes(b"half")
    os.utime(cached / ".left.1.part.npy", (0, 0))
    block_of(files, Decoding(size=20))
    shapes = sorted(json.loads(path.read_text())["shape"][-1] for path in cached.glob("*.json"))
    assert shapes == [12, 16, 20]
    assert len(list(cached.iterdir())) == 6


def test_a_picture_of_too_many_pixels_is_not_unpacked(tmp_path, monkeypatch):
    bomb = tmp_path / "bomb.png"
    Image.new("1", (15_000, 10_000)).save(bomb)
    assert bomb.stat().st_size < 50_000
    assert look(bomb).broken == decode(bomb, (8, 8), 3) == "150 million pixels, over the 100 million that are unpacked"
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 100)
    Image.new("L", (11, 10)).save(tmp_path / "small.png")
    assert "over the" in look(tmp_path / "small.png").broken


def test_formats_that_start_other_programs_are_not_opened(tmp_path):
    (tmp_path / "page.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    assert look(tmp_path / "page.png").broken == "no picture"


def test_a_large_jpeg_is_unpacked_only_as_far_as_needed(tmp_path):
    x, _ = patches(side=320, each=1)
    Image.fromarray(x[0]).save(tmp_path / "a.jpg", quality=95)
    got = decode(tmp_path / "a.jpg", (32, 32), 3)
    expected = np.asarray(Image.fromarray(x[0]).resize((32, 32), Image.Resampling.BICUBIC), dtype=float)
    assert not isinstance(got, str)
    assert np.abs(np.moveaxis(got, 0, -1) - expected).mean() < 4


def test_more_numbers_than_a_table_holds_are_refused(files, monkeypatch):
    monkeypatch.setattr(picture_block, "MOST_VALUES", 1_000)
    with pytest.raises(UnusableInput, match="expected at most 1,000 numbers in all, got 96 pictures of 24 x 24 with 3"):
        block_of(files, Decoding())


def test_a_script_without_the_guard_of_main_decodes_in_workers(files, tmp_path):
    """multiprocessing would run the script again in every worker."""
    script = tmp_path / "script.py"
    script.write_text(
        "import pathlib, sys\n"
        "from fathom.data.sources import picture_block\n"
        "picture_block.MUCH = 0\n"
        "picture_block.cores = lambda: 2\n"
        "block = picture_block.block_of(sorted(pathlib.Path(sys.argv[1]).glob('*.png')), picture_block.Decoding(size=16))\n"
        "print('once', len(block.sound))\n"
    )
    source = Path(picture_block.__file__).parents[3]
    about = {**os.environ, "PYTHONPATH": str(source), "FATHOM_CACHE": str(tmp_path / "cache")}
    ran = subprocess.run([sys.executable, script, files[0].parent], capture_output=True, text=True, env=about, timeout=60, check=True)
    assert ran.stdout == "once 95\n"


def test_a_folder_with_broken_classes_goes_on_with_the_others(tmp_path):
    x, y = patches(each=12)
    for i, (pixels, label) in enumerate(zip(x, y, strict=True)):
        (tmp_path / "photos" / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{i}.png")
    (tmp_path / "photos" / "car").mkdir()
    (tmp_path / "photos" / "car" / "x.png").write_text("no picture")
    (tmp_path / "photos" / "dog").mkdir()
    data = load(tmp_path / "photos")
    assert data.target.classes == ("flower", "temple")
    (said,) = [f for f in data.findings if f.id == "data.picture.empty_class"]
    assert said.what == "2 folders without a picture that can be read are no class: car, dog."
