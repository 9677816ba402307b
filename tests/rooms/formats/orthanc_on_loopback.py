"""A real Orthanc on free ports of this machine, with the DICOMweb plugin, for as long as a test module runs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PLUGINS = (Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so"), Path("/usr/lib/orthanc/libOrthancDicomWeb.so"))
USER = ("tester", "of-no-worth")


@dataclass(frozen=True)
class Orthanc:
    url: str  # of DICOMweb
    rest: str
    host: str
    port: int  # DICOM
    title: str
    our_title: str
    our_port: int  # where it sends C-MOVE


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def program() -> str | None:
    return shutil.which("Orthanc") or next((p for p in ("/usr/sbin/Orthanc", "/usr/bin/Orthanc") if os.access(p, os.X_OK)), None)


@contextmanager
def orthanc(folder: Path) -> Iterator[Orthanc]:
    found, plugin = program(), next((p for p in PLUGINS if p.exists()), None)
    if found is None or plugin is None:
        pytest.skip("Orthanc with its DICOMweb plugin is not present")
    web, dicom, ours = free_ports(3)
    settings = {
        "Name": "loopback", "StorageDirectory": str(folder / "store"), "IndexDirectory": str(folder / "store"),
        "Plugins": [str(plugin)], "HttpPort": web, "DicomPort": dicom, "DicomAet": "ORTHANC", "DicomServerEnabled": True,
        "RemoteAccessAllowed": False, "AuthenticationEnabled": True, "RegisteredUsers": {USER[0]: USER[1]},
        "DicomModalities": {"ours": {"AET": "XINGLIN", "Host": "127.0.0.1", "Port": ours, "AllowGet": True, "AllowMove": True, "AllowFind": True,
                                     "AllowStore": True, "AllowEcho": True}},
        "DicomAlwaysAllowStore": True, "DicomAlwaysAllowFind": False, "DicomCheckModalityHost": True, "DicomCheckCalledAet": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": False}, "HttpsCACertificates": "", "StableAge": 1,
    }  # fmt: skip
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    with (folder / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([found, str(path)], stdout=log, stderr=log, cwd=folder)
        try:
            _wait(f"http://127.0.0.1:{web}/system", process, folder / "orthanc.log")
            yield Orthanc(f"http://127.0.0.1:{web}/dicom-web", f"http://127.0.0.1:{web}", "127.0.0.1", dicom, "ORTHANC", "XINGLIN", ours)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"Orthanc ended at once: {log.read_text(errors='replace')[-800:]}")
        try:
            opener.open(url, timeout=2)
        except urllib.error.HTTPError:
            return  # it asks for the password: it is up
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("Orthanc did not start within a minute")
