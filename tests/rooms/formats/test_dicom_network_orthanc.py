"""What we write is kept by another system and comes back the same, over DICOMweb and over the older network."""

import socket
from io import BytesIO

import highdicom as hd
import numpy as np
import pydicom
import pytest
import small_ct
from orthanc_on_loopback import USER, orthanc
from small_ct import MARK
from test_dicom_write_report import lesion

from xinglin.formats.dicom.network_dimse import Peer, echo, find, get, move, store
from xinglin.formats.dicom.network_web import DicomWeb, WebLimits
from xinglin.formats.dicom.original_slices import header_bytes
from xinglin.formats.dicom.write_capture import write_capture
from xinglin.formats.dicom.write_report import write_measurements
from xinglin.formats.dicom.write_segmentation import Segment, write_segmentation
from xinglin.formats.dicom.write_series import write_series
from xinglin.records.errors import InvalidInput, OutOfResources, RemoteFailed


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        yield running


@pytest.fixture(scope="module")
def objects():
    """A release in small: the changed series, its outline, measures and a picture."""
    voxels = small_ct.hounsfield()
    sources = small_ct.series(voxels)
    changed = voxels.copy()
    changed[2:4, 5:9, 6:11] += 300
    series = [data for _, data in write_series(sources, small_ct.volume(changed), mark=MARK, changed=None)]
    headers = [header_bytes(data) for data in series]
    mask = np.zeros((2, 4, 5), np.float32)
    mask[:, 1:3, 1:4] = 0.6
    grid = small_ct.volume(changed)
    outline = write_segmentation(headers, grid, [Segment("Nodule", mask, (2, 5, 6), tracking_id="L1")], mark=MARK, kind="fractional")
    named = lesion(slice_instance=str(pydicom.dcmread(BytesIO(headers[3])).SOPInstanceUID))
    report = write_measurements(headers, [named], mark=MARK, segmentation=outline)
    picture = write_capture(np.full((60, 90, 3), 99, np.uint8), headers[0], mark=MARK)
    return {"series": series, "outline": outline, "report": report, "picture": picture}


def everything(objects):
    return [*objects["series"], objects["outline"], objects["report"], objects["picture"]]


def by_uid(files):
    return {str(pydicom.dcmread(BytesIO(f)).SOPInstanceUID): pydicom.dcmread(BytesIO(f)) for f in files}


def same(ours, theirs):
    """Every element and every pixel; the archive may only rewrite the file meta group."""
    assert set(ours) == set(theirs)
    for uid, dataset in ours.items():
        assert dataset == theirs[uid]
        if "PixelData" in dataset:
            assert dataset.PixelData == theirs[uid].PixelData


def client(archive, **limits):
    return DicomWeb(archive.url, user=USER, limits=WebLimits(wait_seconds=0.01, **limits))


def peer(archive, **change):
    return Peer(
        **({"host": archive.host, "port": archive.port, "title": archive.title, "own_title": archive.our_title, "seconds": 15.0} | change)
    )


def test_stored_over_the_web_everything_comes_back_unchanged(archive, objects):
    with client(archive) as web:
        kept = web.store(everything(objects))
        assert set(kept) == set(by_uid(everything(objects)))
        same(by_uid(everything(objects)), by_uid(web.fetch(small_ct.STUDY)))
        segmentation = pydicom.dcmread(BytesIO(objects["outline"]))
        (back,) = web.fetch(small_ct.STUDY, str(segmentation.SeriesInstanceUID), str(segmentation.SOPInstanceUID))
    mine, its = (hd.seg.segread(BytesIO(data)).get_volume() for data in (objects["outline"], back))
    assert np.array_equal(mine.array, its.array) and np.array_equal(mine.affine, its.affine)


def test_small_batches_are_stored_like_large_ones(archive, objects):
    with client(archive, batch_bytes=1500) as web:
        assert len(web.store(iter(everything(objects)))) == 9


def test_a_search_finds_the_marked_series_in_the_study(archive, objects):
    with client(archive) as web:
        web.store(everything(objects))
        (study,) = web.search("studies", {"PatientID": "P1"}, fields=("StudyDescription",))
        assert study["StudyInstanceUID"] == small_ct.STUDY and study["PatientName"] == "Prüfer^Anna"
        series = web.search("series", study=small_ct.STUDY, fields=("SeriesDescription",))
        assert sorted(row["Modality"] for row in series) == ["CT", "OT", "SEG", "SR"]
        assert all(row["SeriesDescription"].startswith("SYNTHETIC") for row in series)
        assert web.search("studies", {"PatientID": "nobody"}) == []
        assert len(web.search("instances", study=small_ct.STUDY, limit=4)) == 4


def test_what_the_archive_refuses_is_a_typed_error(archive):
    with client(archive) as web:
        with pytest.raises(RemoteFailed, match="XL-DICOM-604") as missing:
            list(web.fetch("1.2.3.4"))
        assert "1.2.3.4" not in str(missing.value)
        with pytest.raises(RemoteFailed, match=r"XL-DICOM-60[48]"):
            web.store([b"this is no DICOM file"])
        with pytest.raises(InvalidInput, match="XL-DICOM-609"):
            list(web.fetch("../system"))
    with DicomWeb(archive.url, user=("tester", "wrong")) as stranger, pytest.raises(RemoteFailed, match="401"):
        stranger.search("studies")
    with client(archive, instance_bytes=500) as web, pytest.raises(OutOfResources, match="XL-DICOM-607"):
        list(web.fetch(small_ct.STUDY))
    with client(archive, answer_bytes=2000) as web, pytest.raises(OutOfResources, match="XL-DICOM-607"):
        list(web.fetch(small_ct.STUDY))


def test_the_archive_answers_an_echo(archive):
    echo(peer(archive))


def test_stored_over_the_older_network_and_fetched_both_ways(archive, objects, tmp_path):
    assert store(peer(archive), everything(objects)) == 9
    (study,) = find(peer(archive), "STUDY", {"PatientID": "P1"}, fields=("PatientName", "StudyDate"))
    assert (study["StudyInstanceUID"], study["StudyDate"]) == (small_ct.STUDY, "20260102")
    rows = find(peer(archive), "SERIES", {"StudyInstanceUID": small_ct.STUDY}, fields=("Modality",))
    assert sorted(row["Modality"] for row in rows) == ["CT", "OT", "SEG", "SR"]
    for name, fetched in (("moved", move), ("got", get)):
        folder = tmp_path / name
        folder.mkdir()
        more = {"listen": ("127.0.0.1", archive.our_port)} if fetched is move else {}
        files = fetched(peer(archive), small_ct.STUDY, into=folder, **more)
        same(by_uid(everything(objects)), by_uid([path.read_bytes() for path in files]))
        assert sorted(folder.iterdir()) == sorted(files)


def test_one_series_or_one_instance_can_be_moved(archive, objects, tmp_path):
    store(peer(archive), everything(objects))
    first = pydicom.dcmread(BytesIO(objects["series"][0]))
    listen = ("127.0.0.1", archive.our_port)
    assert len(move(peer(archive), small_ct.STUDY, series=str(first.SeriesInstanceUID), into=tmp_path, listen=listen)) == 6
    folder = tmp_path / "one"
    folder.mkdir()
    one = dict(series=str(first.SeriesInstanceUID), instance=str(first.SOPInstanceUID))
    (path,) = move(peer(archive), small_ct.STUDY, into=folder, listen=listen, **one)
    assert pydicom.dcmread(path) == first


def test_a_move_that_sends_too_much_leaves_nothing_behind(archive, objects, tmp_path):
    store(peer(archive), everything(objects))
    for limit in ({"instances": 3}, {"total_bytes": 3000}):
        for fetched, more in ((move, {"listen": ("127.0.0.1", archive.our_port)}), (get, {})):
            with pytest.raises((OutOfResources, RemoteFailed), match=r"XL-DICOM-70[46]"):
                fetched(peer(archive, **limit), small_ct.STUDY, into=tmp_path, **more)
            assert list(tmp_path.iterdir()) == []


def test_an_archive_that_does_not_know_us_says_no(archive, tmp_path):
    with pytest.raises(RemoteFailed, match=r"XL-DICOM-70[2-5]"):
        find(peer(archive, own_title="STRANGER"), "STUDY", {"PatientID": "P1"})
    with pytest.raises(RemoteFailed, match=r"XL-DICOM-703"):
        echo(peer(archive, title="NOBODY"))
    with pytest.raises(RemoteFailed, match=r"XL-DICOM-70[245]"):
        move(peer(archive), "1.2.3.4.5", into=tmp_path, listen=("127.0.0.1", archive.our_port), series="1.2.9")


def test_a_port_in_use_is_said_to_be_so(archive, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OutOfResources, match="XL-DICOM-707"):
            move(peer(archive), small_ct.STUDY, into=tmp_path, listen=("127.0.0.1", taken.getsockname()[1]))
