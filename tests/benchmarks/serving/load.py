"""One address, or many in turn, under load: `wrk`, and curl's view of one answer."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Each request takes the next of the paths; at the end the figures are one line of JSON.
_SCRIPT = """
local paths, at = {}, 0
for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nFIGURES {"requests":%d,"us":%d,"bytes":%d,"p50":%d,"p95":%d,"failed":%d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(95),
    errors.status + errors.read + errors.write + errors.timeout + errors.connect))
end
"""

_PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of `wrk` gave: requests a second, latencies in milliseconds, failed requests."""

    rate: float
    p50_ms: float
    p95_ms: float
    failed: int


def load(
    base: str, paths: Sequence[str], *, connections: int, encoding: str | None, seconds: int
) -> Load:
    """`wrk` with one thread over `paths` in turn."""
    wrk = shutil.which("wrk")
    assert wrk is not None, "wrk is not installed"
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "paths.lua", Path(folder) / "paths"
        script.write_text(_SCRIPT)
        listed.write_text("\n".join(paths) + "\n")
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
        command += ["-s", str(script), "-H", f"Accept-Encoding: {encoding or 'identity'}", base]
        done = subprocess.run(
            command,
            env=os.environ | {"PATHS": str(listed)},
            capture_output=True,
            text=True,
            check=True,
        )
    line = next(line for line in done.stdout.splitlines() if line.startswith("FIGURES "))
    figures = json.loads(line.removeprefix("FIGURES "))
    return Load(
        rate=1e6 * figures["requests"] / figures["us"],
        p50_ms=figures["p50"] / 1000,
        p95_ms=figures["p95"] / 1000,
        failed=figures["failed"],
    )


def fetched(address: str, *, encoding: str | None = None) -> tuple[bytes, str | None]:
    """The body of one answer as it came over the wire, and its Content-Encoding.

    A service that still prepares what is asked (503) is asked again for some minutes.
    """
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding or "identity"})
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read(), answer.headers.get("Content-Encoding")
        except urllib.error.HTTPError as error:
            if error.code != 503 or time.monotonic() > until:
                raise
            time.sleep(1)
